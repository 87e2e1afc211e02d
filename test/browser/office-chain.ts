import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { openPage, type Page } from "../support/chrome.ts";

/** Head office's page over an invented chain of 300 stores, and of 3,000. GONDOLA_SHOTS keeps what was seen. */
const shots = process.env["GONDOLA_SHOTS"];
if (shots) mkdirSync(shots, { recursive: true });
const root = resolve(import.meta.dirname, "../..");
export const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const pages: Page[] = [];
const offices: Office[] = [];
export const text = "document.body.innerText";

export interface Office {
	url: string;
	/** Of another person than the one who looks. */
	token: string;
	child: ChildProcess;
}

export async function startOffice(stores: number): Promise<Office> {
	const child = spawn(process.execPath, ["test/hq/look.ts", "0", String(stores), "20"], {
		cwd: root,
		stdio: ["ignore", "pipe", "inherit"],
	});
	const said = await new Promise<string>((found, failed) => {
		let output = "";
		child.stdout!.on("data", (piece: Buffer) => {
			output += piece.toString();
			if (/^token \S+\n/m.test(output)) found(output);
		});
		child.once("exit", () => failed(new Error("the invented chain did not open")));
	});
	const office = { child, url: /^http:\S+$/m.exec(said)![0], token: /^token (\S+)$/m.exec(said)![1]! };
	offices.push(office);
	return office;
}

export const open = async (url: string, window: Parameters<typeof openPage>[0] = { width: 1440, height: 1000 }): Promise<Page> => {
	const page = await openPage(window);
	pages.push(page);
	await page.go(url);
	await page.until(`document.querySelector("main .panel")`, 60_000);
	return page;
};
export const keep = (page: Page, name: string): Promise<void> => (shots ? page.screenshot(join(shots, `${name}.png`)) : Promise.resolve());
export const press = (wording: string, within = "main"): string =>
	`[...document.querySelectorAll(${JSON.stringify(`${within} button`)})].find((each) => each.textContent.trim() === ${JSON.stringify(wording)}).click()`;
export const type = (selector: string, value: string): string =>
	`(() => { const box = document.querySelector(${JSON.stringify(selector)});
	Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, ${JSON.stringify(value)});
	box.dispatchEvent(new Event("input", { bubbles: true })); })()`;
export const drop = (name: string, content: string): string =>
	`(() => { const data = new DataTransfer(); data.items.add(new File([${JSON.stringify(content)}], ${JSON.stringify(name)}));
	document.querySelector(".drop").dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data })); })()`;

/** What axe finds wrong with what is shown; `axe` was run before. */
export const faultsOf = (page: Page): Promise<string[]> =>
	page.value<string[]>(
		`axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }).then(({ violations }) =>
			violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html.slice(0, 160))))`,
	);

/** Closes every page and chain that was opened here. */
export async function closeAll(): Promise<void> {
	await Promise.all(pages.splice(0).map((page) => page.close()));
	for (const { child } of offices.splice(0)) child.kill("SIGKILL");
}
