import { type RateLimits, usualRate } from "../link/machine/rate-limit.ts";
import { clientIdOf, isAnswered, readTopic, storeFilter, topicOf } from "../link/protocol/ids.ts";
import { type Clock, type Dice, type LinkLog, machineClock, noLog } from "../link/run/clock.ts";
import { keepConnected } from "../link/run/keep-connected.ts";
import type { ClockHint } from "../link/store/clock-of-hq.ts";
import type { Command } from "../link/store/commands.ts";
import type { LinkLedger } from "../link/store/ledger-port.ts";
import { unparkKnown } from "../link/store/parked.ts";
import { type LinkStatus, openLinkSession } from "../link/store/session.ts";
import type { StoreTrust } from "../trust/store-trust.ts";
import { defined } from "../words/defined.ts";
import { connectToBroker } from "./connection.ts";

export interface UplinkOptions {
	ledger: LinkLedger;
	/** mqtt:// mqtts:// ws:// wss:// */
	url: string;
	tenant: string;
	store: string;
	build: string;
	/** The name of this start (boot); left out: the ledger's. */
	boot?: string;
	/** The last run ended without a clean stop, or was of an older build: the catalog is compared with HQ's at the first welcome. */
	owesComparison?: boolean;
	/** Version of the ledger's shape, for HQ's overview. */
	schema?: number;
	credentials?: { username?: string; password?: string; ca?: Buffer | string; cert?: Buffer | string; key?: Buffer | string };
	rateLimit?: RateLimits;
	commands?: Record<string, Command>;
	/** Of an enrolled store: it signs what it sends with its key, and believes only messages that HQ signed. */
	trust?: StoreTrust;
	/** How many days the disk lasts without HQ, for HQ's overview. */
	freeDays?: () => number | null;
	onClock?: (hint: ClockHint) => void;
	log?: LinkLog;
	random?: Dice;
	clock?: Clock;
}

export interface Uplink {
	stop(): Promise<void>;
	status(): LinkStatus;
}

/** Parked records are tried again: the disk may have been full at the start. */
const unparkEveryMs = 60_000;

/** Keeps one store connected to HQ's broker and its streams flowing. Resolves at once; being offline is not an error. */
export async function startUplink(options: UplinkOptions): Promise<Uplink> {
	const { ledger, url, tenant, store, build, schema = 1, credentials = {}, rateLimit = usualRate, commands = {}, log = noLog } = options;
	const { random: dice = Math.random, clock = machineClock, freeDays = () => null, boot = ledger.now().boot } = options;

	let stopped = false;
	const unpark = (): Promise<unknown> =>
		unparkKnown(ledger, log, options.trust?.isReleased).catch((error: unknown) => {
			log.warn({ error: String(error) }, "cannot do what an older build parked; trying again");
			clock.after(unparkEveryMs, () => {
				if (!stopped) void unpark();
			});
		});
	await unpark();
	const end = openLinkSession({
		ledger,
		clock,
		dice,
		log,
		boot,
		build,
		schema,
		rateLimit,
		commands,
		freeDays,
		...defined({ trust: options.trust }),
		publish: (channel, payload) => line.publish(topicOf({ tenant, store, direction: "up", channel }), payload, isAnswered(channel)),
		owesComparison: options.owesComparison ?? false,
		proved: () => line.proved(),
		onClock: options.onClock ?? (() => {}),
	});
	const line = keepConnected({
		clock,
		dice,
		log,
		connect(events) {
			const clientId = clientIdOf(tenant, store, ledger.read.link.identity().inc);
			return connectToBroker(url, { ...credentials, clientId }, storeFilter({ tenant, store }), events);
		},
		opened: () => end.opened(),
		lost: (why) => end.lost(why),
		arrived(topic, payload) {
			const read = readTopic(topic);
			if (read?.direction === "dn" && read.store === store && read.tenant === tenant) end.arrived(read.channel, payload);
		},
	});
	return {
		status: () => end.status(),
		async stop() {
			stopped = true;
			end.stop();
			line.stop();
		},
	};
}
