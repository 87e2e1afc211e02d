import type { Instant } from "../time.ts";

/** The public key by which a store checks member codes. Head office sends it on the stock stream. */
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
