import { openBranch, type Branch } from "../../../src/hq/line/branch.ts";
import { readMessage } from "../../../src/wire/envelope.ts";
import { hqFilters, readTopic, topicOf } from "../../../src/wire/ids.ts";
import { keepCalling, type KeptLine } from "../../../src/wire/link/calling.ts";
import { noLog } from "../../../src/wire/link/clock.ts";
import { usualPace } from "../../../src/wire/link/pace.ts";
import type { HqLinkStore } from "../../../src/hq/line/store.ts";
import type { Broker } from "./broker.ts";
import type { World } from "./time.ts";

export interface HeadOffice {
	start(): void;
	/** Everything that was not committed is gone. */
	crash(offMs: number): void;
	isOn(): boolean;
	stop(): void;
}

export const officeClientId = "gondola-hq-t";

/** HQ's process: one connection for all stores, a branch for each that was heard. Its database outlives it. */
export function openHeadOffice({ world, broker, link,
	cutPower }: { world: World; broker: Broker; link: HqLinkStore; cutPower(): void }): HeadOffice {
	let line: KeptLine | undefined;
	const branches = new Map<string, Branch>();

	const branchOf = (store: string): Branch => {
		const known = branches.get(store);
		if (known) return known;
		const branch = openBranch({
			store, book: link, clock: world, dice: world.dice, log: noLog, pace: usualPace, wall: () => new Date(world.trueMs()).toISOString(),
			publish: (channel, payload) => line?.publish(topicOf({ tenant: "t", store, direction: "dn", channel }), payload),
		});
		branches.set(store, branch);
		return branch;
	};
	link.onNews((store, stream) => branches.get(store)?.news(stream));

	const office: HeadOffice = {
		start() {
			if (line) return;
			const own: KeptLine = keepCalling({
				clock: world, dice: world.dice, log: noLog,
				call: (events) => broker.connect(officeClientId, hqFilters("t"), events),
				opened() {
					own.proved();
					void link.stores().then((stores) => stores.forEach((store) => branchOf(store).ask()));
				},
				lost: (why) => world.trace("hq", `lost its broker: ${why}`),
				arrived(topic, payload) {
					const read = readTopic(topic);
					if (read?.direction !== "up") return;
					const message = readMessage("up", read.channel, payload);
					if (message.kind === "message") branchOf(read.store).arrived(message.message);
				},
			});
			line = own;
		},
		crash(offMs) {
			if (!line) return;
			world.trace("hq", `is down for ${offMs} ms`);
			office.stop();
			world.after(offMs, () => office.start());
		},
		isOn: () => line !== undefined,
		stop() {
			for (const branch of branches.values()) branch.stop();
			branches.clear();
			line?.stop();
			line = undefined;
			cutPower();
		},
	};
	return office;
}
