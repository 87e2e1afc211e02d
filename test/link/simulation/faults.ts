import type { Box } from "./box.ts";
import { fair, profiles, type Broker } from "./broker.ts";
import { officeClientId, type HeadOffice } from "./head-office.ts";
import type { Office } from "./office-model.ts";
import type { World } from "./time.ts";
import type { Vault } from "./vault.ts";

const minute = 60_000;
const day = 86_400_000;

export interface Troubled {
	world: World;
	broker: Broker;
	office: Office;
	headOffice: HeadOffice;
	boxes: Box[];
	/** Stores whose box forgot something. */
	forgot: Map<string, "opened an epoch" | "copied back" | "two boxes">;
	openTwin(box: Box, vault: Vault): void;
}

type Fault = (troubled: Troubled, box: Box) => void;

/** Small things: they happen in every store every month. */
export const everydayFaults: Record<string, Fault> = {
	"power-cut": ({ world }, box) => box.cutPower(world.between(1, 20_000)),
	"power-cut-soon": ({ world }, box) => void world.after(world.between(1, 300), () => box.cutPower(world.between(1, 3_000))),
	"hq-crash": ({ world, headOffice }) => headOffice.crash(world.between(1, 30_000)),
	"hq-crash-soon": ({ world, headOffice }) => void world.after(world.between(1, 300), () => headOffice.crash(world.between(1, 3_000))),
	offline({ world, broker }, box) {
		const id = box.clientId();
		broker.reachable(id, false);
		world.after(world.between(1_000, 20 * minute), () => broker.reachable(id, true));
	},
	"hq-offline"({ world, broker }) {
		broker.reachable(officeClientId, false);
		world.after(world.between(1_000, 10 * minute), () => broker.reachable(officeClientId, true));
	},
	"half-open": ({ world, broker }, box) => broker.halfOpen(world.chance(0.7) ? box.clientId() : officeClientId),
	"session-forgotten": ({ world, broker }, box) => broker.forget(world.chance(0.7) ? box.clientId() : officeClientId),
	"broker-restart": ({ world, broker }) => broker.crash(world.between(10, 60_000)),
	"broker-swap": ({ world, broker }) => broker.swap(profiles[world.pick(Object.keys(profiles))]!(world)),
	"disk-full"({ world }, box) {
		box.disk.setFull(true);
		world.after(world.between(1_000, 3 * minute), () => box.disk.setFull(false));
	},
	"hq-disk-full"({ world, office }) {
		office.disk.setFull(true);
		world.after(world.between(1_000, minute), () => office.disk.setFull(false));
	},
	clock({ world }, box) {
		const truth = world.trueMs();
		box.clock.offsetMs = world.pick([-truth, Date.UTC(2038, 0, 19) - truth, day, -day, -world.between(1_000, 3_600_000)]);
		world.after(world.between(minute, 10 * minute), () => void (box.clock.offsetMs = 0));
	},
	skew: ({ world }, box) => void (box.clock.offsetMs = world.between(-30_000, 30_000)),
};

/** Once in a store's life: at most one of them in a run. */
export const disasters: Record<string, Fault> = {
	"days-offline"({ world, broker, boxes }) {
		const ms = world.between(day, 8 * day);
		for (const box of boxes) box.tendEvery(8 * 3_600_000);
		broker.crash(ms);
		world.after(ms, () => boxes.forEach((box) => box.tendEvery(minute)));
	},
	"hq-restored"({ world, office, headOffice }) {
		const restore = office.backup();
		world.after(world.between(10_000, 8 * minute), () => {
			world.trace("hq", "comes back from a backup");
			headOffice.stop();
			restore();
			world.after(world.between(1_000, 20_000), () => headOffice.start());
		});
	},
	"box-restored"({ world, forgot }, box) {
		const restore = box.vault.backup();
		world.after(world.between(10_000, 8 * minute), () => {
			const opened = world.chance(0.7);
			world.trace(box.store, `comes back from a backup${opened ? "" : ", copied by hand"}`);
			box.switchOff();
			restore();
			if (opened) box.vault.commit("openUpEpoch", {}, box.now());
			forgot.set(box.store, opened ? "opened an epoch" : "copied back");
			world.after(world.between(1_000, 20_000), () => box.switchOn());
		});
	},
	"two-boxes"({ world, forgot, openTwin }, box) {
		const vault = box.vault.twin();
		if (!vault) return;
		world.trace(box.store, "is cloned: two boxes, one identity");
		forgot.set(box.store, "two boxes");
		openTwin(box, vault);
	},
};

/** Repairmen come: brokers behave, disks are free, clocks right, everybody has power and a line. */
export function heal({ world, broker, office, headOffice, boxes }: Troubled): void {
	world.trace("world", "heals");
	broker.reachable(officeClientId, true);
	office.disk.setFull(false);
	for (const box of boxes) {
		box.disk.setFull(false);
		box.clock.offsetMs = 0;
		box.tendEvery(minute);
		broker.reachable(box.clientId(), true);
		box.switchOn();
	}
	headOffice.start();
	// Half the time every connection stays as it is: what is stuck must come loose by itself.
	if (world.chance(0.5)) broker.swap(fair);
	else broker.manners = fair;
}
