import { hash } from "node:crypto";
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

/** A member whom a store enrolled. `state`: whether head office has confirmed it. */
export interface Enrolment {
	id: string;
	pseudonym: string;
	tier: string;
	state: "waiting" | "confirmed" | "refused";
	/** Why head office refused it. */
	why?: string;
	at: Instant;
}

/** By this a member who was erased is known, without the pseudonym. */
export const memberDigest = (pseudonym: string): string => hash("sha256", `gondola member ${pseudonym}`, "base64url").slice(0, 22);
