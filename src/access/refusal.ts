import { CodedError } from "../words/basics/coded-error.ts";

/** Refusals of sign-ins and of changes to users and tokens. A code's meaning never changes. A refused request has changed nothing. */
export const accessRefusals = {
	"sign-in-wrong": [401, "Name or password is wrong"],
	"sign-in-throttled": [429, "Too many wrong passwords"],
	"claim-wrong": [401, "This is not the claim code"],
	"claim-closed": [403, "The claim code is closed; start again for a new one"],
	"claimed-already": [409, "The first person was made already"],
	"name-bad": [400, "A name has small letters, digits, dots and dashes, 40 at most"],
	"name-taken": [409, "Somebody has this name already"],
	"role-unknown": [400, "There is no such role or scope"],
	"password-weak": [400, "The password is too weak"],
	"expiry-bad": [400, "The expiry is not in the future"],
	"user-unknown": [404, "No user has this name"],
	"token-unknown": [404, "No token has this name"],
	"passkey-refused": [401, "The passkey was not taken"],
	"passkey-needs-name": [400, "Passkeys work under a name with a certificate only"],
	"passkey-unknown": [404, "There is no such passkey"],
	"provider-away": [503, "The identity provider does not answer"],
	"provider-refused": [401, "The identity provider's answer was not taken"],
	"provider-no-role": [403, "You have no role here"],
	"last-of-role": [409, "This is the last person who can make others"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type AccessRefusalCode = keyof typeof accessRefusals;

export class AccessRefusal extends CodedError<AccessRefusalCode> {
	override name = "AccessRefusal";
	readonly status: number;
	/** For a throttled sign-in: seconds until the next attempt is checked. */
	readonly retryAfterSeconds: number | undefined;

	constructor(code: AccessRefusalCode, detail?: string, retryAfterSeconds?: number) {
		super(code, detail ?? `${accessRefusals[code][1]}.`);
		this.status = accessRefusals[code][0];
		this.retryAfterSeconds = retryAfterSeconds;
	}
}
