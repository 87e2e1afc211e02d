import { z } from "zod";
import { name as groupName } from "../../../link/protocol/ids.ts";
import type { AskedWave } from "../../../words/answers/head-office/waves.ts";

const usual = { waitMinutes: 30, shownPercent: 95, failedLabels: 0, redAlarms: 0 } as const;

const waitMinutes = z.coerce
	.number()
	.int()
	.min(1)
	.max(30 * 24 * 60);
const shownPercent = z.coerce.number().min(0).max(100);
const most = z.coerce.number().int().min(0).max(1e6);
const limits = z.strictObject({
	shownPercent: shownPercent.default(usual.shownPercent),
	failedLabels: most.default(usual.failedLabels),
	redAlarms: most.default(usual.redAlarms),
});

const percent = z.number().gt(0).lt(100);
const wave = z
	.strictObject({
		group: groupName.optional(),
		percent: percent.optional(),
		all: z.literal(true).optional(),
		waitMinutes: waitMinutes.default(usual.waitMinutes),
		limits: limits.default({ shownPercent: usual.shownPercent, failedLabels: usual.failedLabels, redAlarms: usual.redAlarms }),
	})
	.refine((asked) => [asked.group, asked.percent, asked.all].filter((each) => each !== undefined).length === 1, {
		message: "is a group, a percent or all: one of them",
	});

const wavesMost = 20;
const endsWithAll = (waves: readonly Pick<AskedWave, "all">[]): boolean =>
	waves.every(({ all }, i) => (all === true) === (i === waves.length - 1));

/** The waves of a push in JSON. */
export const wavesBody = z.array(wave).min(1).max(wavesMost).refine(endsWithAll, {
	message: "the last wave, and no other one, is {all: true}: else some stores would never get the push",
});

/** Of a file's query: `waves=pilot,10%,all`, with the same wait and limits for each of them. */
export const wavesQuery = {
	waves: z.string().max(2_000).optional(),
	waveWaitMinutes: waitMinutes.optional(),
	waveShownPercent: shownPercent.optional(),
	waveFailedLabels: most.optional(),
	waveRedAlarms: most.optional(),
};

interface AskedInQuery {
	waves?: string | undefined;
	waveWaitMinutes?: number | undefined;
	waveShownPercent?: number | undefined;
	waveFailedLabels?: number | undefined;
	waveRedAlarms?: number | undefined;
}

/** The waves that a query names; the sentence says what is wrong with them. */
export function wavesOf(asked: AskedInQuery): { waves: AskedWave[] | undefined } | { wrong: string } {
	const { waves, waveWaitMinutes, waveShownPercent, waveFailedLabels, waveRedAlarms } = asked;
	const given = [waveWaitMinutes, waveShownPercent, waveFailedLabels, waveRedAlarms].some((each) => each !== undefined);
	if (waves === undefined) return given ? { wrong: "a wait or a limit without waves (pilot,10%,all)" } : { waves: undefined };
	const own = {
		waitMinutes: waveWaitMinutes ?? usual.waitMinutes,
		limits: {
			shownPercent: waveShownPercent ?? usual.shownPercent,
			failedLabels: waveFailedLabels ?? usual.failedLabels,
			redAlarms: waveRedAlarms ?? usual.redAlarms,
		},
	};
	const steps = waves.split(",").map((text) => {
		const word = text.trim();
		if (word === "all") return { all: true, ...own };
		const share = /^(\d+(?:\.\d+)?)\s?%$/.exec(word)?.[1];
		return share === undefined ? { group: word, ...own } : { percent: Number(share), ...own };
	});
	const read = wavesBody.safeParse(steps);
	if (read.success) return { waves: read.data };
	const [issue] = read.error.issues;
	const at = typeof issue!.path[0] === "number" ? `wave ${issue!.path[0] + 1}: ` : "";
	return { wrong: `${at}${issue!.message}` };
}
