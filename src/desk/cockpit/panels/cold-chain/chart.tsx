import type { ColdRecordPage } from "../../../../words/answers/cold-chain.ts";
import type { ColdMinute } from "../../../../words/cold-chain/record.ts";
import { useSpeech } from "../../language/language.ts";
import { isWord } from "../../language/words.ts";

const width = 1_440;
const height = 220;
/** Room below the curve for the hours. */
const foot = 26;

/** The last 24 hours of one record: one unit of width a minute. Minutes without a temperature are hatched, and say why. */
export function ColdChart({ record }: { record: ColdRecordPage }) {
	const { say, f } = useSpeech();
	const { items, gaps, minMillidegrees, maxMillidegrees } = record;
	if (items.length === 0) return <p class="empty">{say("coldBegins")}</p>;
	const fromMs = Date.parse(record.from);
	const values = items.flatMap(({ temperature }) => (temperature ? [temperature.min, temperature.max] : []));
	const low = Math.min(minMillidegrees, ...minMaxOf(values)) - 1_000;
	const high = Math.max(maxMillidegrees, ...minMaxOf(values)) + 1_000;
	const x = (at: string): number => (Date.parse(at) - fromMs) / 60_000;
	const y = (milli: number): number => ((high - milli) / (high - low)) * (height - foot);
	const clock = (at: string): string => f.minute(Date.parse(at));
	const hours = Array.from({ length: 9 }, (_, n) => fromMs + n * 3 * 3_600_000);
	return (
		<svg class="cold-chart" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={record.place}>
			<defs>
				<pattern id="cold-gap" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
					<rect width="8" height="8" class="gap-ground" />
					<rect width="3" height="8" class="gap-line" />
				</pattern>
			</defs>
			<rect class="allowed" x="0" width={width} y={y(maxMillidegrees)} height={y(minMillidegrees) - y(maxMillidegrees)} />
			{gaps
				.filter(({ why }) => why !== "before-record")
				.map(({ from, until, minutes, why }) => (
					<rect
						key={from}
						class="gap"
						x={x(from)}
						y="0"
						width={Math.max(2, x(until) - x(from))}
						height={height - foot}
						fill="url(#cold-gap)"
					>
						<title>{`${isWord(why) ? say(why) : why}: ${clock(from)} – ${clock(until)} (${f.span(minutes * 60)})`}</title>
					</rect>
				))}
			<path class="spread" d={bandOf(items, x, y)} />
			<path class="mean" d={curveOf(items, x, y)} />
			{hours.map((ms) => (
				<line key={ms} class="hour" x1={(ms - fromMs) / 60_000} x2={(ms - fromMs) / 60_000} y1={height - foot} y2={height - foot + 6} />
			))}
		</svg>
	);
}

/** Least and greatest; nothing of nothing. A spread of a day's values as arguments would be too many for a call. */
function minMaxOf(values: readonly number[]): number[] {
	if (values.length === 0) return [];
	return [values.reduce((least, value) => Math.min(least, value)), values.reduce((most, value) => Math.max(most, value))];
}

type Scale = (value: number) => number;
type Time = (at: string) => number;

/** Runs of minutes that belong together: minutes between two reports do not break them. */
function runsOf(items: readonly ColdMinute[]): ColdMinute[][] {
	const runs: ColdMinute[][] = [[]];
	for (const minute of items) {
		if (minute.temperature) runs.at(-1)!.push(minute);
		else if (minute.why !== "between-reports" && runs.at(-1)!.length > 0) runs.push([]);
	}
	return runs.filter((run) => run.length > 0);
}

function curveOf(items: readonly ColdMinute[], x: Time, y: Scale): string {
	return runsOf(items)
		.map((run) => {
			const points = run.map(({ at, temperature }) => `${x(at) + 0.5},${y(temperature!.mean).toFixed(1)}`);
			// A run of one minute is a dot.
			if (points.length === 1) points.push(`${x(run[0]!.at) + 2},${y(run[0]!.temperature!.mean).toFixed(1)}`);
			return `M${points.join(" L")}`;
		})
		.join(" ");
}

function bandOf(items: readonly ColdMinute[], x: Time, y: Scale): string {
	return runsOf(items)
		.map((run) => {
			const upper = run.map(({ at, temperature }) => `${x(at) + 0.5},${y(temperature!.max).toFixed(1)}`);
			const lower = run.map(({ at, temperature }) => `${x(at) + 0.5},${y(temperature!.min).toFixed(1)}`).reverse();
			return `M${upper.join(" L")} L${lower.join(" L")} Z`;
		})
		.join(" ");
}
