/**
 * Service worker of the handheld page: the page opens without a network. It keeps the page and its files, and nothing else; what is
 * asked of the gateway's API always goes over the network, because an answer from a cache would look like a new one.
 */

interface LaterEvent extends Event {
	waitUntil(promise: Promise<unknown>): void;
}
interface AskedEvent extends LaterEvent {
	request: Request;
	respondWith(answer: Promise<Response>): void;
}

const scope = globalThis as unknown as {
	skipWaiting(): Promise<void>;
	clients: { claim(): Promise<void> };
	addEventListener(name: "install" | "activate", fn: (event: LaterEvent) => void): void;
	addEventListener(name: "fetch", fn: (event: AskedEvent) => void): void;
};

const page = "/hand";
const assets = "/hand/assets/";
const cacheName = "gondola-hand";
/** Wi-Fi that is nearly gone lets a request hang: after this time the kept page is shown. */
const pageWithinMs = 2_500;

scope.addEventListener("install", (event) => {
	event.waitUntil(refresh(fetch(page)).then(() => scope.skipWaiting()));
});

scope.addEventListener("activate", (event) => {
	event.waitUntil(scope.clients.claim());
});

scope.addEventListener("fetch", (event) => {
	const { pathname, origin } = new URL(event.request.url);
	if (event.request.method !== "GET" || origin !== location.origin) return;
	if (pathname === page) event.respondWith(thePage(event));
	else if (pathname.startsWith(assets)) event.respondWith(asset(event.request));
});

/** The page from the network if that answers in time, else the kept one. */
async function thePage(event: AskedEvent): Promise<Response> {
	const cache = await caches.open(cacheName);
	const kept = await cache.match(page);
	const fresh = refresh(fetch(page, { cache: "no-cache" }));
	event.waitUntil(fresh.catch(() => undefined));
	if (!kept) return fresh;
	const late = new Promise<Response>((resolve) => setTimeout(() => resolve(kept), pageWithinMs));
	return Promise.race([fresh.catch(() => kept), late]);
}

/** Files have their hash in their names: what is kept is never old. */
async function asset(request: Request): Promise<Response> {
	const cache = await caches.open(cacheName);
	const kept = await cache.match(request);
	if (kept) return kept;
	const answer = await fetch(request);
	if (answer.ok) await cache.put(request, answer.clone());
	return answer;
}

/**
 * Keeps the page once all files that it names are kept, so that a page without its files is never opened. Files that it does not name
 * any more are dropped, but for the reader of bar codes, which the page loads later.
 */
async function refresh(asked: Promise<Response>): Promise<Response> {
	const answer = await asked;
	if (!answer.ok || answer.redirected || !(answer.headers.get("content-type") ?? "").startsWith("text/html")) throw new Error("no page");
	const cache = await caches.open(cacheName);
	const text = await answer.clone().text();
	const named = [...text.matchAll(/(?:src|href)="(\/hand\/assets\/[^"]+)"/g)].map(([, file]) => file!);
	// The page that says that nothing was built names no files.
	if (named.length === 0) return answer;
	for (const file of named) if (!(await cache.match(file))) await cache.add(file);
	await cache.put(page, answer.clone());
	for (const { url } of await cache.keys()) {
		const { pathname } = new URL(url);
		if (pathname.startsWith(assets) && /\.(js|css|wasm)$/.test(pathname) && !named.includes(pathname)) await forget(cache, pathname);
	}
	return answer;
}

/** A file that is loaded later belongs to the page if one of the page's scripts names it. */
async function forget(cache: Cache, pathname: string): Promise<void> {
	const name = pathname.slice(assets.length);
	for (const { url } of await cache.keys()) {
		if (!url.endsWith(".js") || url.endsWith(pathname)) continue;
		const script = await cache.match(url);
		if (script && (await script.text()).includes(name)) return;
	}
	await cache.delete(pathname);
}
