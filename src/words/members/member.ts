import type { Instant } from "../time.ts";

/** The key by which a store checks member codes. Head office tells it down the line. */
export interface MemberKey {
	kid: string;
	/** Ed25519, base64url of the 32 bytes. */
	public: string;
	since: Instant;
}

/** Who a code that was checked belongs to. */
export interface Member {
	pseudonym: string;
	tier: string;
}
