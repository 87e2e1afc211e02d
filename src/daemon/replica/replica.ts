/**
 * The continuous copy: starts the thread that makes it, lets the ledger's answers wait for it, and raises the alarms about it.
 *
 * A box that another one has replaced learns it from the copy, or from head office (`hq-fenced`), and acknowledges nothing from then on.
 * After a restart `taken-over.json` in the data directory says so, until the box is enrolled again.
 */
import { join } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { accessFileName } from "../../access/access-file.ts";
import { readSecretFile } from "../../access/secret-file.ts";
import { accountsFileName } from "../../broker/access/accounts-file.ts";
import type { Config } from "../../config/schema.ts";
import { ledgerFile } from "../../ledger/file/open.ts";
import type { CopierSays, CopyRules } from "../../ledger/ledger.ts";
import type { CopierStatus } from "../../replica/copier.ts";
import type { TakenOver } from "../../replica/copy-folder.ts";
import type { ReplicaInShort } from "../../words/answers/store-status.ts";
import type { Opening } from "../rooms/opening.ts";
import { openPart } from "../start/start-failed.ts";
import { version } from "../version.ts";
import type { ReplicaOrder, ReplicaWord } from "./replica-worker.ts";
import { keepMark, takenOverIn } from "./taken-over.ts";

type Replica = NonNullable<Config["replica"]>;

const behind = { code: "replica-behind", subject: "replica" } as const;
const replaced = { code: "box-replaced", subject: "box" } as const;

const unreached: CopierStatus = { state: "away", why: "it was not reached yet", copiedAt: null, percent: null, takenOver: null };

/** Undefined where no copy is configured. Resolves when the copy was reached, or was not within `replica.waitMs`; no door is open yet. */
export async function openReplica(opening: Opening, configFile: string | undefined): Promise<(() => ReplicaInShort) | undefined> {
	const { config, ledger, log, parts } = opening;
	const { replica, data } = config;
	const mark = takenOverIn(data);
	if (mark) return standStill(opening, mark);
	await ledger.do("clearAlarm", replaced);
	if (!replica) {
		await ledger.do("clearAlarm", behind);
		return undefined;
	}
	const order = await openPart({ path: "replica" }, () => orderFor(config, replica, configFile));
	const { port1, port2 } = new MessageChannel();
	const worker = new Worker(new URL("./replica-worker.ts", import.meta.url), {
		workerData: { ...order, writer: port2 } satisfies ReplicaOrder,
		transferList: [port2],
	});
	ledger.holdForCopy(port1, rulesOf(replica));
	const post = (word: ReplicaWord): void => worker.postMessage(word);
	const alarms = openAlarms(opening, replica);
	let status = unreached;
	let reached: (() => void) | undefined;
	const first = new Promise<void>((resolve) => {
		reached = resolve;
		setTimeout(resolve, replica.waitMs).unref();
	});
	worker.on("message", (said: CopierStatus) => {
		if (said.state !== status.state) log.info({ ...said, to: replica.to }, "the copy of the ledger");
		status = said;
		if (said.takenOver) keepMark(data, said.takenOver);
		alarms.follow(said);
		reached?.();
	});
	worker.on("error", (error) => {
		const why = (error as Error).message;
		log.error({ error: why }, "the copy of the ledger has stopped");
		status = { ...status, state: "away", why };
		alarms.follow(status);
	});
	const isFenced = (): boolean => ledger.read.alarms.get("hq-fenced:hq")?.clearedAt === null;
	let fenced = false;
	const look = (): void => {
		if (isFenced() !== fenced) post({ fenced: (fenced = !fenced) });
	};
	const off = ledger.bells.on("alarm", look);
	parts.add(() => {
		off();
		alarms.stop();
	});
	// The thread ends with the channel, which the ledger closes when it has closed itself.
	worker.unref();
	await first;
	look();
	return () => inShort(replica, status);
}

const inShort = ({ to, mode }: Replica, { state, why, copiedAt, percent }: CopierStatus): ReplicaInShort => ({
	...{ to, mode, state, why, copiedAt, percent },
});

const rulesOf = ({ mode, whenAway, waitMs, aheadMost, holdMegabytes }: Replica): CopyRules => ({
	...{ mode, whenAway, waitMs, aheadMost, holdBytes: holdMegabytes * 1_000_000 },
});

/** Throws a sentence when the token cannot be read. */
function orderFor(config: Config, replica: Replica, configFile: string | undefined): Omit<ReplicaOrder, "writer"> {
	const { store, tenant, data, broker } = config;
	const { to, mode, whenAway, aheadMost, pin, tokenFile, sameDisk } = replica;
	const url = to.startsWith("/") ? undefined : new URL(to);
	return {
		data,
		ledger: ledgerFile(data),
		to: url
			? { host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(url.port), pin: pin!, token: readSecretFile(tokenFile!).trim() }
			: { folder: to, sameDisk },
		rules: { store, tenant, build: version, mode, whenAway, aheadMost },
		files: {
			"access.json": join(data, accessFileName),
			"accounts.json": broker.accountsFile ?? join(data, accountsFileName),
			...(configFile !== undefined && { "gondola.yaml": configFile }),
		},
	};
}

/** A copy that is being made for the first time, or anew, is no trouble for so long. */
const baseWithinMs = 5 * 60_000;

function openAlarms({ ledger, log }: Opening, { to, waitMs }: Replica): { follow(status: CopierStatus): void; stop(): void } {
	let timer: NodeJS.Timeout | undefined;
	let status = unreached;
	const failed = (error: Error): void => log.error({ error: error.message }, "an alarm about the copy could not be kept");
	const raise = (): void => {
		timer = undefined;
		const why = status.why ?? (status.state === "base" ? "it is still being made" : "it does not answer");
		ledger.do("raiseAlarm", { ...behind, facts: { device: "replica", to, why } }).catch(failed);
	};
	return {
		follow(said) {
			const isNews = said.state !== status.state;
			status = said;
			if (!isNews) return;
			if (said.state === "following") {
				clearTimeout(timer);
				timer = undefined;
				ledger.do("clearAlarm", behind).catch(failed);
			} else if (said.takenOver) {
				clearTimeout(timer);
				ledger.do("raiseAlarm", { ...replaced, facts: { device: "box", ...said.takenOver } }).catch(failed);
			} else timer ??= setTimeout(raise, said.state === "base" ? baseWithinMs : said.state === "behind" ? 0 : waitMs).unref();
		},
		stop: () => clearTimeout(timer),
	};
}

/** Nothing is acknowledged: the place of this box is another one's. */
async function standStill({ config, ledger, log }: Opening, mark: TakenOver): Promise<(() => ReplicaInShort) | undefined> {
	const { replica } = config;
	log.error({ ...mark }, "another box took this store over; this one acknowledges nothing");
	await ledger.do("raiseAlarm", { ...replaced, facts: { device: "box", ...mark } });
	const { port1, port2 } = new MessageChannel();
	ledger.holdForCopy(port1, { mode: "sync", whenAway: "refuse", waitMs: 0, aheadMost: 0, holdBytes: Number.MAX_SAFE_INTEGER });
	port2.postMessage({ takenOver: true } satisfies CopierSays);
	port2.on("message", () => {});
	port2.unref();
	return replica && (() => inShort(replica, { ...unreached, state: "taken-over", why: null }));
}
