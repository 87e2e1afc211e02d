/** The alert rules and the dashboard ask for metrics that gateway and head office really have, by labels that these have. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type Running, start } from "../support/processes.ts";

const folder = join(import.meta.dirname, "../../config/monitoring");
const data = mkdtempSync(join(tmpdir(), "gondola-monitoring-"));
let demo: Running;
/** Labels by metric; undefined for one that has no sample yet. */
const known = new Map<string, Set<string> | undefined>();

beforeAll(async () => {
	demo = start("demo", "--headless", "--data", data, "--labels", "4", "--port", "0", "--hq-port", "0", "--mqtt-port", "0");
	const [line] = await demo.until(/\{"ready":true.*\}/);
	const { cockpit, hq } = JSON.parse(line) as { cockpit: string; hq: string };
	for (const url of [cockpit, hq]) learn(await (await fetch(`${url}/metrics`)).text());
}, 120_000);
afterAll(async () => {
	await demo.stop();
	rmSync(data, { recursive: true, force: true, maxRetries: 5 });
}, 60_000);

function learn(text: string): void {
	for (const [, name, type] of text.matchAll(/^# TYPE (\w+) (\w+)$/gm))
		for (const tail of type === "histogram" ? ["_bucket", "_sum", "_count"] : [""]) known.set(`${name}${tail}`, undefined);
	for (const [, name, labels = ""] of text.matchAll(/^(gondola_\w+)(?:\{([^}]*)\})? /gm))
		known.set(name!, new Set([...(known.get(name!) ?? []), ...[...labels.matchAll(/(\w+)="/g)].map(([, label]) => label!)]));
}

/** What is wrong with an expression, in sentences. Prometheus itself adds `store`, `job` and `instance` to what it scrapes. */
function faultsOf(expression: string): string[] {
	const faults: string[] = [];
	for (const [, name, matchers = ""] of expression.matchAll(/\b(gondola_\w+)(?:\{([^}]*)\})?/g)) {
		if (!known.has(name!)) faults.push(`there is no metric ${name}`);
		const labels = known.get(name!);
		for (const [, label] of matchers.matchAll(/(\w+)\s*[=!]~?\s*"/g))
			if (labels && !labels.has(label!) && !["store", "job", "instance"].includes(label!)) faults.push(`${name} has no label ${label}`);
	}
	return faults;
}

interface Rule {
	alert: string;
	expr: string;
	labels: { severity: string };
	annotations: { summary: string; do: string };
}
const rules = (parse(readFileSync(join(folder, "alerts.yaml"), "utf8")) as { groups: { rules: Rule[] }[] }).groups.flatMap(
	(group) => group.rules,
);
interface Dashboard {
	panels: { id: number; title: string; gridPos: { x: number; y: number; w: number; h: number }; targets: { expr: string }[] }[];
	templating: { list: { query: unknown }[] };
}
const dashboard = JSON.parse(readFileSync(join(folder, "dashboard.json"), "utf8")) as Dashboard;

describe("config/monitoring", () => {
	it("notices a metric and a label that do not exist", () => {
		expect(faultsOf('rate(gondola_nothing_total[5m]) > gondola_labels{colour="red"}')).toEqual([
			"there is no metric gondola_nothing_total",
			"gondola_labels has no label colour",
		]);
	});

	it("alerts on what there is, each with what to do", () => {
		expect(rules.length).toBeGreaterThan(15);
		for (const { alert, expr, labels, annotations } of rules) {
			expect([alert, faultsOf(expr)]).toEqual([alert, []]);
			expect([alert, ["critical", "warning"].includes(labels.severity), annotations.summary !== "", annotations.do !== ""]).toEqual([
				alert,
				true,
				true,
				true,
			]);
		}
		expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
	});

	it("shows what there is, one panel beside the other", () => {
		for (const { title, targets } of dashboard.panels) for (const { expr } of targets) expect([title, faultsOf(expr)]).toEqual([title, []]);
		expect(JSON.stringify(dashboard.templating)).toContain("gondola_build_info");
		const taken = new Set<string>();
		for (const { gridPos, title } of dashboard.panels)
			for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
				for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
					expect([title, x < 24, taken.has(`${x},${y}`)]).toEqual([title, true, false]);
					taken.add(`${x},${y}`);
				}
	});
});
