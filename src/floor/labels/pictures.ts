/** From a task in the ledger to a picture for the label: draws, records, offers. One that failed is tried again when its price changes. */
import type { LabelTask } from "../../ledger/ledger.ts";
import { complain, type PictureToShow, type PictureWork, type Tending } from "./tending.ts";

/** Pictures drawn at a time beyond the workers: enough to keep them busy, few enough that a newer price is not drawn after 500 old ones. */
const drawAhead = 24;
export const pageTasks = 200;

export async function workOn(tending: PictureWork): Promise<void> {
	const failed = new Map<string, number>();
	while (!tending.stopped.signal.aborted) {
		const next = tending.ledger.bells.wait("label-task", 5_000, tending.stopped.signal);
		for (let after = ""; !tending.stopped.signal.aborted; ) {
			const tasks = tending.ledger.read.labels.tasks(after, pageTasks);
			const due = tasks.filter(
				({ label, version }) => tending.isMine(label) && tending.wanted.get(label)?.version !== version && failed.get(label) !== version,
			);
			for (let from = 0; from < due.length && !tending.stopped.signal.aborted; from += drawAhead)
				await Promise.all(
					due.slice(from, from + drawAhead).map((task) =>
						draw(tending, task).catch((error: Error) => {
							failed.set(task.label, task.version);
							complain(tending, "a label could not be tended")(error);
						}),
					),
				);
			if (tasks.length < pageTasks) break;
			after = tasks.at(-1)!.label;
		}
		await next;
	}
}

async function draw(tending: PictureWork, task: LabelTask): Promise<void> {
	const kept = tending.ledger.read.labels.picture(task.label, "latest");
	if (kept?.version === task.version && kept.hwType === task.hwType) return tending.offer(task.label, task.version, kept);
	try {
		const drawn = await tending.drawing.draw({
			fields: task.fields,
			hwType: task.hwType,
			firmware: task.firmware,
			...(task.face !== null && { face: task.face }),
		});
		const { wanted: still } = await tending.ledger.do("recordDrawn", {
			label: task.label,
			version: task.version,
			hwType: task.hwType,
			dataType: drawn.dataType,
			picture: drawn.digest,
			bytes: drawn.bytes,
			withoutRoom: drawn.withoutRoom,
			replaced: drawn.replaced,
			...(drawn.insteadOf && { insteadOf: { ...drawn.insteadOf, shown: drawn.face } }),
		});
		if (!still) return;
		const { digest: picture, dataType, bytes } = drawn;
		await tending.offer(task.label, task.version, { picture, hwType: task.hwType, dataType, bytes });
	} catch (error) {
		const code = (error as { code?: string }).code;
		tending.log.error({ label: task.label, code, error: (error as Error).message }, "a label's picture could not be drawn");
		const facts = { model: task.hwType.toString(16).toUpperCase().padStart(2, "0"), reason: (error as Error).message };
		const trouble = code === "face-model-unknown" ? "label-model-unknown" : "label-not-drawn";
		await tending.ledger.do("recordLabelTrouble", { label: task.label, code: trouble, facts });
	}
}

export async function offer(tending: Tending, label: string, version: number, picture: PictureToShow, shown?: string): Promise<void> {
	tending.wanted.set(label, { version, picture: picture.picture });
	if (shown === undefined) await tending.ledger.do("recordSent", { label, version });
	tending.fleet?.want(
		label,
		{ version: picture.picture, dataType: picture.dataType, bytesLength: picture.bytes.length },
		shown === undefined ? undefined : { shownVersion: shown },
	);
	// When the price goes back to what the label shows, no picture is sent and no report comes: it counts as shown at once.
	const standing = tending.fleet?.standing(label)?.standing;
	if (shown === undefined && standing?.is === "shown" && standing.picture.version === picture.picture)
		await tending.ledger.do("recordShown", { label, version });
}

export function findPicture(tending: Tending, mac: string, picture: string): Uint8Array | undefined {
	for (const slot of ["latest", "sent"] as const) {
		const kept = tending.ledger.read.labels.picture(mac, slot);
		if (kept?.picture === picture) return kept.bytes;
	}
	return undefined;
}

/** After a restart: tells the fleet which picture each label was confirmed to show, so that a label that lost it gets it again. */
export function remember(tending: Tending): void {
	for (const [label, { version, picture }] of tending.wanted) {
		const kept = tending.ledger.read.labels.picture(label, "latest");
		if (kept?.version === version)
			tending.fleet?.want(label, { version: picture, dataType: kept.dataType, bytesLength: kept.bytes.length });
	}
	for (let after = ""; ; ) {
		const page = tending.ledger.read.labels.list({ after, limit: 500 });
		for (const label of page) {
			const kept =
				label.state === "SHOWN" && tending.isMine(label.id) && !tending.wanted.has(label.id)
					? tending.ledger.read.labels.picture(label.id, "confirmed")
					: undefined;
			if (kept)
				void offer(tending, label.id, kept.version, kept, kept.picture).catch(complain(tending, "a shown label could not be remembered"));
		}
		if (page.length < 500) break;
		after = page.at(-1)!.id;
	}
}
