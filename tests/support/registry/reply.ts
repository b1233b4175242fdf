/** A proper answer of the test registry. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

export function ok(
  mediaType: string,
  body: Uint8Array | string,
  headers: Record<string, string> = {},
): Reply {
  return { status: 200, headers: { "content-type": mediaType, ...headers }, body };
}

/** An answer whose headers say it all. */
export function done(status: number, headers: Record<string, string>): Reply {
  return { status, headers, body: "" };
}

/** An OCI error, with a message that must not appear in anybody's log. */
export function refusal(status: number, code: string, headers: Record<string, string> = {}): Reply {
  const body = JSON.stringify({ errors: [{ code, message: "text that nobody should repeat" }] });
  return { status, headers: { "content-type": "application/json", ...headers }, body };
}
