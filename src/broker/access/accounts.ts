/** Who may come in, and what each may send and read. An account per device; a password is kept only as its scrypt hash. */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { deviceCost, hashPassword, hashPattern, isPassword } from "../../access/passwords.ts";
import { covers, isFilter, matches } from "../routing/filter.ts";
import type { Mapping } from "../routing/mapping.ts";
import { filterFor, namePattern, type Role, topicTable } from "../topics.ts";

const filters = z.array(z.string().refine(isFilter, "is not an MQTT topic filter")).max(100);

const accountSchema = z
	.object({
		name: z.string().regex(namePattern),
		kind: z.enum(["device", "till", "viewer", "service"]),
		/** Left out: this account comes in by its certificate only. */
		hash: z.string().regex(hashPattern).optional(),
		/** Only for a till: `milligrams` is the old form, an integer quantity of a weighed article. Left out, such a line is refused. */
		weighedQuantity: z.literal("milligrams").optional(),
		/** Only for a service: the filters it may publish to and subscribe to. */
		publish: filters.optional(),
		subscribe: filters.optional(),
	})
	.strict();

export type Account = z.output<typeof accountSchema>;

const accountFile = z.object({ accounts: z.array(accountSchema).max(10_000) }).strict();

export interface AccountsOptions {
	/** JSON: {"accounts": [{name, kind, hash}]}. Approved devices are written back to it. */
	file?: string;
	accounts?: Account[];
}

export interface PendingDevice {
	device: string;
	address: string;
	at: string;
	/** The first characters of the password's digest, to compare with what the device shows. */
	fingerprint: string;
}

export interface Accounts {
	find(name: string): Account | undefined;
	/** Checks one at a time, so that a flood of connections takes no more than one core's share. */
	check(account: Account, password: Buffer): Promise<boolean>;
	names(): string[];
	openPairing(minutes: number, now?: number): { until: number };
	closePairing(): void;
	/** Notes an unknown device while pairing is open; false when it is not. */
	notePending(device: string, password: Buffer, address: string, now?: number): Promise<boolean>;
	pending(): PendingDevice[];
	/** The device's next connection is let in. Throws when nobody of that name waits. */
	approve(device: string): void;
}

const longestPairingMinutes = 5;
const pendingKept = 16;
const shortestPassword = 12;

export function openAccounts(options: AccountsOptions): Accounts {
	const book = new Map<string, Account>();
	if (options.file) {
		const read = accountFile.safeParse(JSON.parse(readFileSync(options.file, "utf8")));
		if (!read.success) throw new Error(`${options.file}: ${z.prettifyError(read.error)}`);
		for (const account of read.data.accounts) book.set(account.name, account);
	}
	for (const account of options.accounts ?? []) book.set(account.name, accountSchema.parse(account));

	// A password proven once is recognised by a digest under a key of this process: devices that come back in step after a
	// power cut need no second scrypt each.
	const key = randomBytes(32);
	const proven = new Map<string, string>();
	let line: Promise<unknown> = Promise.resolve();
	const waiting = new Map<string, PendingDevice & { hash: string }>();
	let pairingUntil = 0;

	return {
		find: (name) => book.get(name),
		check(account, password) {
			const { hash } = account;
			if (hash === undefined) return Promise.resolve(false);
			const digest = createHmac("sha256", key).update(hash).update("\0").update(password).digest("base64");
			if (proven.get(account.name) === digest) return Promise.resolve(true);
			const checked = line.then(() => isPassword(password, hash));
			line = checked.catch(() => {});
			return checked.then((right) => {
				if (right) proven.set(account.name, digest);
				return right;
			});
		},
		names: () => [...book.keys()],
		openPairing(minutes, now = Date.now()) {
			if (!(minutes > 0 && minutes <= longestPairingMinutes)) {
				throw new RangeError(`pairing stays open for at most ${longestPairingMinutes} minutes`);
			}
			waiting.clear();
			pairingUntil = now + minutes * 60_000;
			return { until: pairingUntil };
		},
		closePairing() {
			pairingUntil = 0;
		},
		async notePending(device, password, address, now = Date.now()) {
			if (now >= pairingUntil || !namePattern.test(device) || password.length < shortestPassword) return false;
			if (!waiting.has(device) && waiting.size >= pendingKept) return false;
			const fingerprint = createHash("sha256").update(password).digest("hex").slice(0, 6);
			// The first to claim a name keeps it until the window closes; another password under it would be approved unseen.
			if (waiting.has(device)) return waiting.get(device)!.fingerprint === fingerprint;
			const noted = { device, address, at: new Date(now).toISOString(), fingerprint, hash: "" };
			waiting.set(device, noted);
			noted.hash = await hashPassword(password, deviceCost);
			return true;
		},
		pending: () => [...waiting.values()].map(({ hash: _, ...shown }) => shown),
		approve(device) {
			const found = waiting.get(device);
			if (!found || found.hash === "")
				throw new Error(`no device called ${device} waits to be approved; switch it on while pairing is open`);
			waiting.delete(device);
			book.set(device, { name: device, kind: "device", hash: found.hash });
			if (options.file) writeAccounts(options.file, [...book.values()]);
		},
	};
}

function writeAccounts(file: string, accounts: Account[]): void {
	const draft = `${file}.new`;
	writeFileSync(draft, `${JSON.stringify({ accounts }, null, "\t")}\n`, { mode: 0o600, flush: true });
	renameSync(draft, file);
}

/** One connection's rights. */
export interface Visitor {
	/** The account, or null for an anonymous program on this machine. */
	account: string | null;
	role: Role;
	/** Its integer quantities of weighed articles are milligrams. */
	isOldForm?: boolean;
	mayPublish(topic: string): boolean;
	maySubscribe(filter: string): boolean;
}

export function visitorOf(account: Account, mapping: Mapping): Visitor {
	const { name, kind } = account;
	if (kind === "service") {
		const publish = account.publish ?? [];
		const subscribe = account.subscribe ?? [];
		return {
			account: name,
			role: kind,
			mayPublish: (topic) => !isGateways(topic) && publish.some((filter) => matches(filter, topic)),
			maySubscribe: (filter) => subscribe.some((allowed) => covers(allowed, filter)),
		};
	}
	const own = kind === "device" ? { device: name } : { till: name };
	const publish = topicTable.filter((row) => row.publish.includes(kind)).map((row) => filterFor(row, own));
	const subscribe = topicTable.filter((row) => row.subscribe.includes(kind)).map((row) => filterFor(row, own));
	const commands = `gondola/1/d/${name}/cmd`;
	return {
		account: name,
		role: kind,
		isOldForm: account.weighedQuantity === "milligrams",
		mayPublish: (topic) =>
			(topic !== commands && !topic.startsWith(`${commands}/`) && publish.some((filter) => matches(filter, topic))) ||
			(kind === "device" && mapping.deviceOf(topic) === name),
		// Dashboards ask for everything of the store at once.
		maySubscribe: (filter) =>
			subscribe.some((allowed) => covers(allowed, filter)) || (kind !== "device" && covers("gondola/1/store/#", filter)),
	};
}

/** A program on this machine, in the demo: any device's name, every topic but the gateway's own. */
export function localVisitor(mapping: Mapping): Visitor {
	return {
		account: null,
		role: "local",
		mayPublish: (topic) => !isGateways(topic) && (topic.startsWith("gondola/") || mapping.deviceOf(topic) !== null),
		maySubscribe: (filter) => !filter.startsWith("$"),
	};
}

/** Nobody but the gateway says what the store's prices are, or that a sale was booked. */
function isGateways(topic: string): boolean {
	return topic.startsWith("$") || topic.startsWith("gondola/1/store/") || matches("gondola/1/till/+/sale/ack", topic);
}

export function isLoopback(address: string): boolean {
	return address === "::1" || /^(::ffff:)?127\./.test(address);
}
