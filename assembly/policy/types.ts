// A policy as containers-policy.json(5) gives it, after it was read and before its keys are used.

import { Bytes } from "../bytes/bytes";
import { BytesMap } from "../bytes/bytes-map";
import { Writer } from "../bytes/writer";
import { Reference } from "../image/reference";
import { writeMemberPath } from "../json/reader";
import { ParsedKey, PublicKey } from "../sig/public-key";
import { Certificate } from "../x509/certificate";

export enum IdentityType {
  MatchExact,
  MatchRepoDigestOrExact,
  MatchRepository,
  ExactReference,
  ExactRepository,
  RemapIdentity,
  /** Ours: a bundle that names no image is enough; a name that is there is judged as MatchRepository. */
  MatchDigest,
}

/** `signedIdentity`: which docker-reference in a signature fits which image. */
export class SignedIdentity {
  constructor(
    readonly type: IdentityType,
    /** Where it stands in the policy's text. */
    readonly offset: i32 = 0,
  ) {}
  /** `dockerReference` or `dockerRepository` as written; else empty. */
  text: Bytes = Bytes.NONE;
  /** The same, read. */
  reference: Reference | null = null;
  /** `prefix` and `signedPrefix` of a remapIdentity. */
  prefix: Bytes = Bytes.NONE;
  signedPrefix: Bytes = Bytes.NONE;
}

/** A file the policy names. Its content comes from the host after loading. */
export class PolicyFile {
  constructor(readonly path: Bytes) {}
  /** Whether a key was read from it already. */
  isListed: bool = false;
  /** What `seal` made of it; null while, or if, it was not wanted as a public key. */
  key: ParsedKey | null = null;
  /** Null while, or if, it could not be read. */
  content: Bytes | null = null;
}

/** What a requirement names of one kind: nothing. */
export const NO_MATERIALS: StaticArray<Material> = new StaticArray<Material>(0);

/** One place where a requirement names keys or certificates: a file, or data written into the policy. */
export class Material {
  constructor(
    /** Where it stands in the policy's text. */
    readonly offset: i32,
    /** Member that names it. */
    readonly member: string,
    /** Index in that member's list, or -1. */
    readonly index: i32,
    readonly file: PolicyFile | null,
    readonly data: Bytes | null,
  ) {}

  /** What `seal` made of it, for public keys. */
  key: ParsedKey | null = null;
  private trusted: Array<Certificate> | null = null;
  /** Blocks beside these that were passed over. */
  skipped: i32 = 0;

  /** What `seal` made of it, for certificates: none if it cannot be used. */
  get certificates(): Array<Certificate> {
    const trusted = this.trusted;
    return trusted === null ? [] : trusted;
  }

  set certificates(certificates: Array<Certificate>) {
    this.trusted = certificates;
  }

  /** The public key, or null if there is none that parses. */
  publicKey(): PublicKey | null {
    const parsed = this.key;
    return parsed === null ? null : parsed.key;
  }

  /** The bytes, or null if they could not be read. */
  content(): Bytes | null {
    const file = this.file;
    return file === null ? this.data : file.content;
  }
}

export enum FulcioSubjectKind {
  Email,
  /** Ours, as the next one: a URI, whole. */
  Uri,
  UriPattern,
}

/** Whom a certificate of Fulcio has to name. */
export class FulcioSubject {
  constructor(
    readonly kind: FulcioSubjectKind,
    readonly text: Bytes,
  ) {}

  /** The policy's member. */
  member(): string {
    if (this.kind == FulcioSubjectKind.Email) return "subjectEmail";
    return this.kind == FulcioSubjectKind.Uri ? "subjectURI" : "subjectURIPattern";
  }
}

export class Fulcio {
  constructor(
    readonly ca: Material,
    readonly oidcIssuer: Bytes,
    readonly subject: FulcioSubject,
  ) {}
}

export class Pki {
  constructor(
    readonly caRoots: Material,
    readonly caIntermediates: Material | null,
    /** As written; null if not. */
    readonly subjectEmail: Bytes | null,
    readonly subjectHostname: Bytes | null,
  ) {}
}

export enum RequirementKind {
  InsecureAcceptAnything,
  Reject,
  SignedBy,
  SignedBaseLayer,
  SigstoreSigned,
}

export class Requirement {
  constructor(
    readonly kind: RequirementKind,
    /** Where it stands in the policy's text. */
    readonly offset: i32,
  ) {}

  /** `signedIdentity`, or `baseLayerIdentity`; null where none is written. */
  writtenIdentity: SignedIdentity | null = null;
  /** signedBy: `keyType`. */
  keyType: Bytes = Bytes.NONE;
  /** Public keys of sigstoreSigned, keyrings of signedBy. */
  keys: StaticArray<Material> = NO_MATERIALS;
  rekorKeys: StaticArray<Material> = NO_MATERIALS;
  fulcio: Fulcio | null = null;
  pki: Pki | null = null;

  /** The identity to judge by. The default is matchRepoDigestOrExact. */
  identity(): SignedIdentity {
    const written = this.writtenIdentity;
    return written === null ? new SignedIdentity(IdentityType.MatchRepoDigestOrExact) : written;
  }
}

const NO_REQUIREMENTS: StaticArray<Requirement> = new StaticArray<Requirement>(0);

/** The requirements of one scope, or of the policy's `default`. */
export class RequirementList {
  constructor(
    /** Empty for `default`. */
    readonly transport: Bytes,
    readonly scope: Bytes,
    /** Where it stands in the policy's text. */
    readonly offset: i32,
    readonly isDefault: bool,
  ) {}

  requirements: StaticArray<Requirement> = NO_REQUIREMENTS;

  has(kind: RequirementKind): bool {
    for (let i = 0; i < this.requirements.length; i++) if (this.requirements[i].kind == kind) return true;
    return false;
  }

  /** Whether it allows every image: nothing but insecureAcceptAnything. */
  acceptsAnything(): bool {
    for (let i = 0; i < this.requirements.length; i++) {
      if (this.requirements[i].kind != RequirementKind.InsecureAcceptAnything) return false;
    }
    return true;
  }

  /** `default` or `transports.docker["ghcr.io/x"]`, and `[index]` for an index from 0. */
  path(index: i32 = -1): Writer {
    const out = new Writer();
    if (this.isDefault) out.text("default");
    else {
      out.text("transports");
      writeMemberPath(out, this.transport);
      writeMemberPath(out, this.scope);
    }
    return index < 0 ? out : out.byte(0x5b).number(index).byte(0x5d);
  }
}

export class Policy {
  constructor(readonly text: Bytes) {}

  default: RequirementList = new RequirementList(Bytes.NONE, Bytes.NONE, 0, true);
  /** Whether `transports` is written, and every transport in it, in their order. */
  hasTransports: bool = false;
  readonly transports: Array<Bytes> = [];
  /** Every list but `default`, in their order. */
  readonly lists: Array<RequirementList> = [];
  /** The same by transport and scope. */
  private readonly byTransport: BytesMap<BytesMap<RequirementList>> = new BytesMap<
    BytesMap<RequirementList>
  >();
  /** Files it names, each once, in order of appearance. */
  readonly files: Array<PolicyFile> = [];
  readonly fileByPath: BytesMap<PolicyFile> = new BytesMap<PolicyFile>();

  file(path: Bytes): PolicyFile {
    const known = this.fileByPath.get(path);
    if (known !== null) return known;
    const added = new PolicyFile(path);
    this.files.push(added);
    this.fileByPath.add(path, added);
    return added;
  }

  addList(list: RequirementList): void {
    this.lists.push(list);
    let scopes = this.byTransport.get(list.transport);
    if (scopes === null) {
      scopes = new BytesMap<RequirementList>();
      this.byTransport.add(list.transport, scopes);
    }
    scopes.add(list.scope, list);
  }

  /** The list written under exactly this scope, or null. */
  list(transport: Bytes, scope: Bytes): RequirementList | null {
    const scopes = this.byTransport.get(transport);
    return scopes === null ? null : scopes.get(scope);
  }
}
