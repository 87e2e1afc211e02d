/**
 * Checks passwords, one at a time, so that a flood of connections takes at most one core, and in turns by address, so that an address that
 * floods delays only itself. A password that was checked once is recognised by a digest under a key of this process: devices that reconnect
 * together after a power cut, or for ever with an old password, cost no further scrypt.
 */
import { createHmac, randomBytes } from "node:crypto";
import { deviceCost, hashPassword, isPassword } from "../../access/passwords.ts";
import type { Account } from "./accounts-file.ts";

/** Digests of wrong passwords that are remembered. */
const wrongKept = 2_000;
/** Waiting checks of one address; what goes over is answered as a server that is busy. */
const waitingPerAddress = 64;

export class TooBusy extends Error {}

export function createPasswordChecks() {
	const key = randomBytes(32);
	const proven = new Map<string, string>();
	const wrong = new Set<string>();
	const nobody = hashPassword(randomBytes(24), deviceCost);
	const waiting = new Map<string, (() => Promise<void>)[]>();
	let isRunning = false;

	const run = async (): Promise<void> => {
		isRunning = true;
		for (let next = waiting.entries().next().value; next; next = waiting.entries().next().value) {
			const [address, [first, ...rest]] = next;
			// Behind the other addresses again.
			waiting.delete(address);
			if (rest.length > 0) waiting.set(address, rest);
			await first!();
		}
		isRunning = false;
	};
	const inTurn = (address: string, work: () => Promise<boolean>): Promise<boolean> =>
		new Promise((resolve, reject) => {
			const mine = waiting.get(address) ?? [];
			if (mine.length >= waitingPerAddress) return reject(new TooBusy(`${address} asks too often`));
			waiting.set(address, [...mine, () => work().then(resolve, reject)]);
			if (!isRunning) void run();
		});

	return {
		/** False for an unknown account, after the same time as for a known one with a wrong password. */
		async check(name: string, account: Account | undefined, password: Buffer, address: string): Promise<boolean> {
			const hash = account ? account.hash : await nobody;
			if (hash === undefined) return false;
			const digest = createHmac("sha256", key).update(`${name}\0${hash}\0`).update(password).digest("base64");
			if (account && proven.get(name) === digest) return true;
			if (wrong.has(digest)) return false;
			const isRight = (await inTurn(address, () => isPassword(password, hash))) && account !== undefined;
			if (isRight) proven.set(name, digest);
			else {
				wrong.add(digest);
				if (wrong.size > wrongKept) wrong.delete(wrong.values().next().value!);
			}
			return isRight;
		},
		forget: (name: string): void => void proven.delete(name),
	};
}
