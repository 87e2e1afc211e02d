import type { Box } from "../box.ts";
import type { Office } from "../office/office-model.ts";
import type { Story } from "../story.ts";
import type { World } from "../time.ts";
import type { Meddler } from "./meddler.ts";

const minuteMs = 60_000;
/** Five minutes without progress of a line that talks, a welcome before them, and a look after them. */
const noticedWithinMinutes = 10;
const playedMinutes = 16;

/** The promise that records which a broker holds back are noticed by the store, and that the alarm ends when they are there. */
export function watchWithheld(world: World, office: Office, broke: (sentence: string) => void) {
	/** Stores whose alarm stands, as it was committed. */
	const alarmed = new Set<string>();
	const isBehind = (box: Box): boolean => {
		const { epoch, rows } = office.of(box.store).down.catalog;
		const here = box.vault.book().link.dn("catalog");
		return here?.epoch === epoch && here.position < rows.length;
	};
	return {
		committed(store: string, flow: string, args: unknown): void {
			if ((args as { code?: string } | undefined)?.code !== "hq-withholds") return;
			if (flow === "raiseAlarm") alarmed.add(store);
			else alarmed.delete(store);
		},
		/** Head office says something more to the store, and the broker keeps it to himself while everything else crosses. */
		async play(meddler: Meddler, box: Box, story: Story): Promise<void> {
			meddler.holdBack(box.store);
			story.atOffice(box.store);
			const end = box.isOn() ? box.end() : undefined;
			let minutes = 0;
			for (let minute = 0; minute < playedMinutes; minute++) {
				await world.run(minuteMs);
				const isSame = box.isOn() && box.end() === end && end.status().connected && end.status().refused === null;
				minutes = isSame && isBehind(box) ? minutes + 1 : 0;
				if (minutes < noticedWithinMinutes) continue;
				world.saw("lie: records held back");
				if (!alarmed.has(box.store)) broke(`withheld: ${box.store} does not notice that records are held back from it`);
				break;
			}
			meddler.letGo();
		},
		/** Whose alarm stands although everything is there. */
		standing: (boxes: readonly Box[]): string[] =>
			boxes.filter(({ store }) => alarmed.has(store)).map(({ store }) => `withheld: ${store} still says that records are missing`),
	};
}
