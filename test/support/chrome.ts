import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { patienceMs } from "./until.ts";

export const chromium = "/usr/bin/chromium";
export const hasChromium = existsSync(chromium);

export interface Page {
	go(url: string): Promise<void>;
	/** The value of an expression in the page; promises are awaited. */
	value<T>(expression: string): Promise<T>;
	/** Looks again until the expression is true; promises are awaited. */
	until(expression: string, withinMs?: number): Promise<void>;
	/** Presses keys one after the other, as a person or a scanner in keyboard mode does: letters, or names such as "Enter" and "F2". */
	press(...keys: string[]): Promise<void>;
	screenshot(file: string): Promise<void>;
	/** Errors the page threw or logged. */
	errors: string[];
	close(): Promise<void>;
}

export interface Window {
	width: number;
	height: number;
	dark?: boolean;
	language?: string;
	/** A script that runs before the page's own. */
	before?: string;
	/** A directory that stays when the browser is closed, which is always a kill; left out: one of its own, deleted then. */
	profile?: string;
	/** Further arguments of the browser. */
	flags?: readonly string[];
}

/** A real browser, driven over its own debugging protocol. */
export async function openPage({ width, height, dark = false, language = "en", before, profile: kept, flags = [] }: Window): Promise<Page> {
	const profile = kept ?? mkdtempSync(join(tmpdir(), "gondola-chrome-"));
	const browser = spawn(
		chromium,
		[
			"--headless",
			"--no-sandbox",
			"--disable-gpu",
			"--disable-quic",
			"--no-first-run",
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
			`--user-data-dir=${profile}`,
			"--remote-debugging-port=0",
			`--window-size=${width},${height}`,
			`--lang=${language}`,
			...flags,
			"about:blank",
		],
		{ stdio: ["ignore", "ignore", "pipe"] },
	);
	const endpoint = await new Promise<string>((resolve, reject) => {
		let said = "";
		browser.stderr.on("data", (piece: Buffer) => {
			said += piece.toString();
			const found = /DevTools listening on (ws:\S+)/.exec(said);
			if (found) resolve(found[1]!);
		});
		browser.once("exit", () => reject(new Error(`chromium ended: ${said.slice(0, 500)}`)));
	});
	const targets = (await (await fetch(`http://${new URL(endpoint).host}/json/list`)).json()) as {
		type: string;
		webSocketDebuggerUrl: string;
	}[];
	const socket = new WebSocket(targets.find((target) => target.type === "page")!.webSocketDebuggerUrl);
	await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));

	let n = 0;
	const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
	const errors: string[] = [];
	socket.addEventListener("message", ({ data }) => {
		const message = JSON.parse(String(data)) as {
			id?: number;
			result?: unknown;
			error?: { message: string };
			method?: string;
			params?: {
				exceptionDetails?: { text: string; exception?: { description?: string } };
				type?: string;
				args?: { value?: unknown; description?: string }[];
			};
		};
		if (message.id !== undefined) {
			const call = waiting.get(message.id);
			waiting.delete(message.id);
			if (message.error) call?.reject(new Error(message.error.message));
			else call?.resolve(message.result as never);
		} else if (message.method === "Runtime.exceptionThrown")
			errors.push(message.params?.exceptionDetails?.exception?.description ?? message.params?.exceptionDetails?.text ?? "exception");
		else if (message.method === "Runtime.consoleAPICalled" && message.params?.type === "error")
			errors.push((message.params.args ?? []).map((arg) => String(arg.value ?? arg.description)).join(" "));
	});
	const call = <T>(method: string, params: object = {}): Promise<T> =>
		new Promise((resolve, reject) => {
			n += 1;
			waiting.set(n, { resolve, reject });
			socket.send(JSON.stringify({ id: n, method, params }));
		});
	await call("Runtime.enable");
	await call("Page.enable");
	if (before !== undefined) await call("Page.addScriptToEvaluateOnNewDocument", { source: before });
	await call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
	await call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
	await call("Emulation.setUserAgentOverride", { userAgent: "gondola-test", acceptLanguage: language });

	const value = async <T>(expression: string): Promise<T> => {
		const answer = await call<{ result: { value: T }; exceptionDetails?: { text: string } }>("Runtime.evaluate", {
			expression,
			awaitPromise: true,
			returnByValue: true,
		});
		if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.text);
		return answer.result.value;
	};
	return {
		errors,
		value,
		go: (url) => call("Page.navigate", { url }),
		async until(expression, withinMs = patienceMs) {
			for (const end = Date.now() + withinMs; ; ) {
				if (await value<boolean>(`Promise.resolve(${expression}).then(Boolean)`).catch(() => false)) return;
				if (Date.now() > end) throw new Error(`the page never came to: ${expression}`);
				await new Promise((resolve) => setTimeout(resolve, 100));
			}
		},
		async press(...keys) {
			for (const key of keys) {
				const text = key === "Enter" ? "\r" : key.length === 1 ? key : undefined;
				const code = { Enter: 13, Tab: 9, F2: 113, F4: 115, F8: 119 }[key];
				const more = { ...(text !== undefined && { text }), ...(code !== undefined && { windowsVirtualKeyCode: code }) };
				await call("Input.dispatchKeyEvent", { type: "keyDown", key, ...more });
				await call("Input.dispatchKeyEvent", { type: "keyUp", key, ...more });
			}
		},
		async screenshot(file) {
			const { data } = await call<{ data: string }>("Page.captureScreenshot", { format: "png" });
			writeFileSync(file, Buffer.from(data, "base64"));
		},
		async close() {
			socket.close();
			const gone = new Promise((resolve) => browser.once("exit", resolve));
			browser.kill("SIGKILL");
			await gone;
			if (kept === undefined) rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}
