import type { ArrivedBatch, HqRepository, UpPosition } from "../../../../src/link/hq/repository.ts";
import { type UpHead, type UpStream, upStreams } from "../../../../src/link/protocol/messages.ts";
import { checkRecord } from "../../../../src/link/protocol/records.ts";
import { genesis } from "../../../../src/words/basics/chain.ts";
import type { Grant } from "../../../../src/words/stock.ts";
import type { Disk } from "../time.ts";

interface Apart {
	inc: number;
	base: { position: number; hash: string };
	position: number;
	hash: string;
	batches: ArrivedBatch[];
}

/** Who may take a store's place, and what boxes sent that lost it: src/hq/stores/incarnations.ts and quarantine.ts in memory. */
export interface Places {
	/** The box that the granted incarnation waits for; null: any that HQ never heard. */
	waitsFor: string | null;
	takenBy: string | undefined;
	/** The newest record of the stock stream when a box took the place: orders until then were covered by another box's grants. */
	soldBefore: number;
	/** By stream and epoch. */
	quarantine: Map<string, Apart>;
}

export const emptyPlaces = (): Places => ({ waitsFor: null, takenBy: undefined, soldBefore: 0, quarantine: new Map() });
export const copyOfPlaces = (places: Places): Places => ({ ...places, quarantine: new Map(places.quarantine) });

interface AtPlace {
	inc: number;
	places: Places;
	up: Map<string, UpPosition>;
	grants: Map<string, Grant>;
	down: { stock: { rows: unknown[] } };
	lost: { stream: UpStream; epoch: string; from: number; to: number; why: string }[];
}

export function openPlaces({
	disk,
	of,
	openUp,
	accept,
	committed,
	saw,
}: {
	disk: Disk;
	of(store: string): AtPlace;
	openUp(store: string, stream: UpStream, epoch: string, base: { position: number; hash: string }): UpPosition;
	accept(store: string, batch: ArrivedBatch): void;
	/** In the same transaction. */
	committed(store: string, stream: UpStream, epoch: string, upTo: number): void;
	saw(what: string): void;
}): Required<Pick<HqRepository, "takeIncarnation" | "openQuarantine" | "quarantine">> & {
	grant(store: string, box: string | null): number;
	/** Everything that was ever acknowledged to fenced boxes, by stream and chain. */
	held(store: string): Set<string>;
} {
	const keyOf = (stream: UpStream, epoch: string): string => `${stream} ${epoch}`;

	function release(store: string, stream: UpStream, epoch: string): void {
		const { quarantine } = of(store).places;
		const apart = quarantine.get(keyOf(stream, epoch));
		if (!apart) return;
		const { position } = openUp(store, stream, epoch, apart.base);
		const records = apart.batches
			.flatMap((batch) => batch.records)
			.filter(({ seq }) => seq > position)
			.map((each) => {
				const checked = checkRecord(stream, each.record);
				if (checked.kind === "known") return each;
				return checked.kind === "parked"
					? { ...each, parked: true as const }
					: { ...each, poison: { code: checked.code, why: checked.why } };
			});
		const { position: upTo, hash } = apart;
		if (upTo > position) accept(store, { inc: of(store).inc, stream, epoch, from: position + 1, upTo, hash, records });
		quarantine.delete(keyOf(stream, epoch));
	}

	function take(store: string, inc: number, head: UpHead): number | undefined {
		const at = of(store);
		const { waitsFor, takenBy } = at.places;
		if (at.inc <= inc) return undefined;
		if (takenBy !== undefined) return takenBy === head.epoch ? at.inc : undefined;
		const isNew = !upStreams.some((stream) => at.up.has(keyOf(stream, head.epoch))) && !head.parent;
		if (waitsFor === null ? !isNew : waitsFor !== head.epoch) return undefined;
		at.places = { ...at.places, waitsFor: null, takenBy: head.epoch, soldBefore: at.down.stock.rows.length };
		for (const [id, grant] of at.grants) at.grants.set(id, { ...grant, granted: grant.used });
		return at.inc;
	}

	return {
		grant(store, box) {
			const at = of(store);
			at.places = { ...at.places, waitsFor: box, takenBy: undefined };
			return (at.inc += 1);
		},
		async takeIncarnation(store, hello) {
			const head = hello.up.facts;
			const taken = head && (await disk.write(() => take(store, hello.inc, head)));
			if (taken !== undefined) for (const stream of upStreams) await disk.write(() => release(store, stream, head!.epoch));
			return taken;
		},
		openQuarantine: (store, stream, head, { inc }) =>
			disk.write(() => {
				const at = of(store);
				const own = at.places.quarantine.get(keyOf(stream, head.epoch));
				const taken = at.up.get(keyOf(stream, head.epoch));
				const base = own ?? taken ?? (head.parent ? { position: head.acked, hash: head.ackedHash } : { position: 0, hash: genesis });
				const { position, hash } = base;
				at.places.quarantine.set(
					keyOf(stream, head.epoch),
					own ? { ...own, inc } : { inc, base: { position, hash }, position, hash, batches: [] },
				);
				return { epoch: head.epoch, position, hash };
			}),
		quarantine: (store, batch) =>
			disk.write(() => {
				const { stream, epoch, from, upTo, hash, lost = [] } = batch;
				const { quarantine } = of(store).places;
				const here = quarantine.get(keyOf(stream, epoch));
				if (!here || from !== here.position + 1) return { position: here?.position ?? 0, hash: here?.hash ?? genesis };
				quarantine.set(keyOf(stream, epoch), { ...here, position: upTo, hash, batches: [...here.batches, batch] });
				of(store).lost.push(...lost.map((hole) => ({ stream, epoch, ...hole })));
				committed(store, stream, epoch, upTo);
				saw("kept in quarantine");
				return { position: upTo, hash };
			}),
		held: (store) =>
			new Set(
				[...of(store).places.quarantine].flatMap(([key, { batches }]) =>
					batches.flatMap((batch) => batch.records.map(({ hash }) => `${key.split(" ")[0]} ${hash}`)),
				),
			),
	};
}
