/** Devices that ask to come in while a person has opened the pairing window, until that person approves them. */
import { createHash } from "node:crypto";
import { deviceCost, hashPassword } from "../../access/passwords.ts";
import { namePattern } from "../topics.ts";

export interface PendingDevice {
	device: string;
	address: string;
	at: string;
	/** The first characters of the password's digest, to compare with what the device shows. */
	fingerprint: string;
}

const longestPairingMinutes = 5;
const pendingKept = 64;
/** An address that invents names uses up only its own places. */
const pendingPerAddress = 4;
const shortestDevicePassword = 12;

export type Pairing = ReturnType<typeof createPairing>;

export function createPairing() {
	const waiting = new Map<string, PendingDevice & { hash: string }>();
	let openUntil = 0;
	/** Makes room for one more device from this address; false: there is none. */
	const hasRoom = (address: string): boolean => {
		const byAddress = Map.groupBy(waiting.values(), (one) => one.address);
		if ((byAddress.get(address)?.length ?? 0) >= pendingPerAddress) return false;
		if (waiting.size < pendingKept) return true;
		const [crowd] = [...byAddress.values()].sort((a, b) => b.length - a.length);
		if (crowd!.length < 2) return false;
		waiting.delete(crowd!.at(-1)!.device);
		return true;
	};
	return {
		open(minutes: number, now = Date.now()): { until: number } {
			if (!(minutes > 0 && minutes <= longestPairingMinutes)) {
				throw new RangeError(`pairing stays open for at most ${longestPairingMinutes} minutes`);
			}
			waiting.clear();
			openUntil = now + minutes * 60_000;
			return { until: openUntil };
		},
		close(): void {
			openUntil = 0;
		},
		/** Notes an unknown device while pairing is open; false when it is not. */
		async note(device: string, password: Buffer, address: string, now = Date.now()): Promise<boolean> {
			if (now >= openUntil || !namePattern.test(device) || password.length < shortestDevicePassword) return false;
			const fingerprint = createHash("sha256").update(password).digest("hex").slice(0, 6);
			// The first device that uses a name keeps it until the window closes: a later password under that name would be approved unseen.
			const known = waiting.get(device);
			if (known) return known.fingerprint === fingerprint && known.address === address;
			if (!hasRoom(address)) return false;
			const noted = { device, address, at: new Date(now).toISOString(), fingerprint, hash: "" };
			waiting.set(device, noted);
			noted.hash = await hashPassword(password, deviceCost);
			return true;
		},
		pending: (): PendingDevice[] => [...waiting.values()].map(({ hash: _, ...shown }) => shown),
		/** The hash of the password with which a device asked. Throws when no device of that name waits. */
		hashOf(device: string): string {
			const found = waiting.get(device);
			if (!found || found.hash === "")
				throw new Error(`no device called ${device} waits to be approved; switch it on while pairing is open`);
			return found.hash;
		},
		done: (device: string): void => void waiting.delete(device),
	};
}
