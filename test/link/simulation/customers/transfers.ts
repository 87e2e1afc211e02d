/** Goods on a truck from one store to another, some of which get lost, and plans that are called off. */
import type { TransferDone } from "../../../../src/flows/transfers/transfers.ts";
import type { Box } from "../box.ts";
import type { Pieces, TransferNote } from "./notes.ts";
import { inStore, onlineSkus, type Stage } from "./stage.ts";

export function plan({ world, office, errands, notes, nextId, boxes }: Stage): void {
	const id = nextId("transfer");
	const from = world.pick(boxes).store;
	const to = world.pick(boxes.filter(({ store }) => store !== from)).store;
	const lines = onlineSkus.filter(() => world.chance(0.5)).map((sku) => ({ sku, quantity: world.between(1, 3) }));
	if (lines.length === 0) return;
	errands.run({
		id,
		can: office.isOn,
		ask: () => office.ask((hq) => hq.planTransfer({ id, from, to, lines }, "user:pia")),
		told() {
			notes.transfers.set(id, { from, to });
			world.saw("transfer: planned");
		},
		refused: () => false,
	});
}

export function callOff({ world, office, errands, notes, nextId }: Stage): void {
	const open = [...notes.transfers].filter(([, { sent }]) => !sent).map(([id]) => id);
	if (open.length === 0) return;
	const id = world.pick(open);
	errands.run({
		id: nextId("call-off"),
		can: office.isOn,
		ask: () => office.ask((hq) => hq.cancelTransfer(id)),
		told: () => world.saw("transfer: called off"),
		refused: () => true,
	});
}

const piecesOf = (lines: readonly { sku: string; quantity: number }[]): Pieces =>
	new Map(lines.map(({ sku, quantity }) => [sku, quantity]));

/** What a clerk of this store does next with a transfer, if anything. */
export function drive(stage: Stage, box: Box): void {
	const { world, notes, errands } = stage;
	const { store } = box;
	const free = [...notes.transfers].filter(([id]) => !errands.isWaiting(`send ${id}`) && !errands.isWaiting(`take ${id}`));
	const toSend = free.filter(([, { from, sent }]) => from === store && !sent);
	const toTake = free.filter(([, { to, sent, received }]) => to === store && sent && !received);
	if (toTake.length > 0) take(stage, box, ...world.pick(toTake));
	else if (toSend.length > 0) send(stage, box, ...world.pick(toSend));
}

function send(stage: Stage, box: Box, transfer: string, note: TransferNote): void {
	const { world, notes } = stage;
	inStore<TransferDone>(
		stage,
		box,
		"sendTransfer",
		{ transfer },
		{
			id: `send ${transfer}`,
			told({ transfer: { sent } }) {
				world.saw("transfer: sent");
				note.sent = piecesOf(sent!);
				for (const [sku, pieces] of note.sent) notes.shelve(box.store, sku, -pieces);
			},
		},
	);
}

function take(stage: Stage, box: Box, transfer: string, note: TransferNote): void {
	const { world, notes } = stage;
	const lines = [...note.sent!].map(([sku, quantity]) => ({ sku, quantity: world.chance(0.15) ? quantity - 1 : quantity }));
	inStore<TransferDone>(
		stage,
		box,
		"receiveTransfer",
		{ transfer, lines },
		{
			id: `take ${transfer}`,
			told() {
				world.saw("transfer: received");
				note.received = piecesOf(lines);
				for (const { sku, quantity } of lines) notes.shelve(box.store, sku, quantity);
			},
			// The truck was quicker than the plan.
			refused: (code) => code !== "transfer-unknown",
		},
	);
}
