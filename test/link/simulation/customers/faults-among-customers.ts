import type { Box } from "../box.ts";
import { type Broker, fair, profiles } from "../broker.ts";
import { officeClientId } from "../office/head-office.ts";
import type { World } from "../time.ts";
import type { RealOffice } from "./office.ts";

interface Around {
	world: World;
	broker: Broker;
	office: RealOffice;
	boxes: readonly Box[];
}

const minute = 60_000;

/** What goes wrong while customers are in the shop. */
export const faults: Record<string, (around: Around, box: Box) => void> = {
	"power-cut": ({ world }, box) => box.cutPower(world.between(1, 20_000)),
	"power-cut-at-write": ({ world }, box) =>
		box.disk.fuse(world.between(1, 8), world.chance(0.5), () => box.cutPower(world.between(1, 3_000))),
	"hq-crash": ({ world, office }) => office.crash(world.between(1, 20_000)),
	"hq-cut-at-write": ({ world, office }) =>
		office.disk.fuse(world.between(1, 8), world.chance(0.5), () => office.crash(world.between(1, 3_000))),
	offline({ world, broker }, box) {
		const id = box.clientId();
		broker.reachable(id, false);
		world.after(world.between(1_000, 12 * minute), () => broker.reachable(id, true));
	},
	"hq-offline"({ world, broker }) {
		broker.reachable(officeClientId, false);
		world.after(world.between(1_000, 8 * minute), () => broker.reachable(officeClientId, true));
	},
	"half-open": ({ world, broker }, box) => broker.halfOpen(world.chance(0.7) ? box.clientId() : officeClientId),
	"session-forgotten": ({ world, broker }, box) => broker.forget(world.chance(0.7) ? box.clientId() : officeClientId),
	"broker-restart": ({ world, broker }) => broker.crash(world.between(10, 30_000)),
	"broker-swap": ({ world, broker }) => broker.swap(profiles[world.pick(Object.keys(profiles))]!(world)),
	"disk-full"({ world }, box) {
		box.disk.setFull(true);
		world.after(world.between(1_000, 2 * minute), () => box.disk.setFull(false));
	},
	"hq-disk-full"({ world, office }) {
		office.disk.setFull(true);
		world.after(world.between(1_000, minute), () => office.disk.setFull(false));
	},
};

/** Repairmen come: the broker behaves, disks are free, everybody has power and a line. */
export function healAll({ world, broker, office, boxes }: Around): void {
	world.trace("world", "heals");
	office.disk.fuse(Infinity, false, () => {});
	office.disk.setFull(false);
	broker.reachable(officeClientId, true);
	for (const box of boxes) {
		box.disk.fuse(Infinity, false, () => {});
		box.disk.setFull(false);
		broker.reachable(box.clientId(), true);
		box.switchOn();
	}
	office.start();
	if (world.chance(0.5)) broker.swap(fair);
	else broker.manners = fair;
}
