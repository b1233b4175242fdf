/** What a client of containerd was told about a pull. */
export interface Pull {
  readonly ok: boolean;
  /** Why not, as the client saw it; empty when the image was pulled. */
  readonly error: string;
}

/** What containerd is to show to the registry. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** A client that has containerd pull images. */
export interface ImageClient {
  pull(name: string, login?: Login): Promise<Pull>;
  /** The digest of the image that containerd has under that name where this client looks for them; null: it has none. */
  find(name: string): Promise<string | null>;
}
