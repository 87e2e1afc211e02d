/** Passwords are kept as their scrypt hash, with the work factor in the stored text: `scrypt$N$r$p$salt$hash`. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

export interface Cost {
	N: number;
	r: number;
	p: number;
}

/** The cost for passwords that people choose: as much work as OWASP asks for (2^15, 8, 3), in 32 MiB instead of 128. */
export const peopleCost: Cost = { N: 32_768, r: 8, p: 3 };
/** The cost for device passwords, which are long and random. It is lower because a hundred devices connect at once after a power cut. */
export const deviceCost: Cost = { N: 4_096, r: 8, p: 1 };

export const hashPattern = /^scrypt\$\d{1,7}\$\d{1,2}\$\d{1,2}\$[\w-]{8,}\$[\w-]{22,}$/;

export async function hashPassword(password: string | Buffer, cost: Cost): Promise<string> {
	const salt = randomBytes(16);
	const hash = await derive(password, salt, cost, 32);
	return `scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

/** Whether `hash` was made from the password. False, and not an error, for a text that is no such hash. */
export async function isPassword(password: string | Buffer, hash: string): Promise<boolean> {
	if (!hashPattern.test(hash)) return false;
	const [, N, r, p, salt, key] = hash.split("$");
	const cost = { N: Number(N), r: Number(r), p: Number(p) };
	if (cost.N > 1_048_576 || cost.r > 32 || cost.p > 16) return false;
	const wanted = Buffer.from(key!, "base64url");
	return timingSafeEqual(await derive(password, Buffer.from(salt!, "base64url"), cost, wanted.length), wanted);
}

function derive(password: string | Buffer, salt: Buffer, { N, r, p }: Cost, length: number): Promise<Buffer> {
	const bytes = typeof password === "string" ? password.normalize("NFKC") : password;
	return new Promise((resolve, reject) => {
		scrypt(bytes, salt, length, { N, r, p, maxmem: 256 * N * r }, (error, key) => (error ? reject(error) : resolve(key)));
	});
}

const shortestPassword = 10;
export const longestPassword = 200;

/**
 * Why a password is refused, as a sentence; undefined where it is accepted. Length is what matters; common passwords and the user's own
 * name are refused.
 */
export function weaknessOf(password: string, name: string): string | undefined {
	const length = [...password].length;
	if (length < shortestPassword) return `The password has ${length} characters; ${shortestPassword} are the fewest.`;
	if (length > longestPassword) return `The password has more than ${longestPassword} characters.`;
	const low = password.toLowerCase();
	if (new Set(low).size < 4 || /^(?:0123456789|1234567890|abcdefghij|qwertyuiop|password\d*|passwort\d*|gondola\d*)!*$/.test(low))
		return "The password is one of those tried first.";
	if (low.includes(name.toLowerCase()) && name.length >= 4) return "The password contains the name.";
	return undefined;
}
