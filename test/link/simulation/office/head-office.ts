import { type CatalogReaderOptions, openCatalogReader } from "../../../../src/hq/catalog/catalog-state.ts";
import { type HqLine, startHqLine } from "../../../../src/hq/line/line.ts";
import type { Res } from "../../../../src/link/protocol/messages.ts";
import { type Broker, saidByNewer } from "../broker.ts";
import type { SimulatedKeys } from "../liar/keys.ts";
import { rails } from "../liar/liar.ts";
import { sealedOffice } from "../liar/sealed-office.ts";
import type { World } from "../time.ts";
import type { Office } from "./office-model.ts";

export interface HeadOffice {
	start(): void;
	/** Everything that was not committed is gone. */
	crash(offMs: number): void;
	isOn(): boolean;
	stop(): void;
	/** Code `not-here` while it is down. */
	command(store: string, name: string): Promise<Res>;
}

export const officeClientId = "gondola-hq-t";

/** HQ's process: the real line, with one connection for all stores, and the real catalog desk. Its database outlives it. */
export function openHeadOffice({
	world,
	broker,
	office,
	newer,
	habits,
	keys,
}: {
	world: World;
	broker: Broker;
	office: Office;
	newer: boolean;
	habits: Pick<CatalogReaderOptions, "worthFrom" | "recordsPerChunk">;
	/** Left out: head office signs nothing, and believes every store. */
	keys?: SimulatedKeys;
}): HeadOffice {
	let line: Promise<HqLine> | undefined;
	let open: HqLine | undefined;
	const wall = (): string => new Date(world.trueMs()).toISOString();
	const breathe = (): Promise<void> => new Promise((go) => void world.after(0, go));

	const headOffice: HeadOffice = {
		start() {
			if (line) return;
			office.begin();
			const own = startHqLine({
				url: "",
				tenant: "t",
				clock: world,
				random: world.dice,
				wall,
				...(keys && { trust: keys.hq }),
				store: {
					...(keys ? sealedOffice(world, office, keys) : office.link),
					catalog: openCatalogReader(keys ? { ...office.catalog, rails: async () => rails } : office.catalog, wall, { ...habits, breathe }),
				},
				connect(_, filters, events) {
					const { publish, hangUp } = broker.connect(officeClientId, [...filters], events);
					return {
						hangUp,
						listenTo: () => new Promise(() => {}),
						publish: (topic, payload) => publish(topic, newer ? saidByNewer(payload) : payload),
					};
				},
			});
			line = own;
			void own.then((opened) => {
				if (line === own) open = opened;
				else void opened.stop();
			});
		},
		crash(offMs) {
			if (!line) return;
			world.trace("hq", `is down for ${offMs} ms`);
			headOffice.stop();
			world.after(offMs, () => headOffice.start());
		},
		isOn: () => line !== undefined,
		stop() {
			void open?.stop();
			line = open = undefined;
			office.end();
			office.disk.cutPower();
		},
		command: async (store, name) => (await line)?.command(store, name, {}) ?? { id: "", code: "not-here", out: null },
	};
	return headOffice;
}
