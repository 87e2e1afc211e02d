import { BroadcastChannel } from "node:worker_threads";

/** Tells each thread of the process to give memory back. */
const channelName = "gondola give back";
const lookEveryMs = 30_000;
/** After this time the start is over; it leaves about 12 MB that can be given back. */
const firstAfterMs = 10_000;
const worthMegabytes = 12;

/**
 * V8 gives memory back only when a program that allocates makes it; a gateway at rest keeps what its start, or five thousand connections at
 * once, needed for a second. A forced collection takes 20 to 50 ms in each thread, so there are at most two a minute, and only when more is
 * in use than after the last one.
 */
export function tendHeap(): () => void {
	const channel = new BroadcastChannel(channelName);
	channel.unref();
	const megabytes = (): number => process.memoryUsage.rss() / 1e6;
	let least = 0;
	let gaveMuch = false;
	const look = (): void => {
		const now = megabytes();
		least = Math.min(least, now);
		if (now - least < worthMegabytes && !gaveMuch) return;
		channel.postMessage("now");
		giveBack();
		least = megabytes();
		// The first collection closes objects that only the second one can free.
		gaveMuch = now - least > worthMegabytes;
	};
	const first = setTimeout(look, firstAfterMs);
	const again = setInterval(look, lookEveryMs);
	first.unref();
	again.unref();
	return () => {
		clearTimeout(first);
		clearInterval(again);
		channel.close();
	};
}

/** In a worker thread: collects when the main thread says so. */
export function giveBackWhenAsked(): void {
	const channel = new BroadcastChannel(channelName);
	channel.onmessage = giveBack;
	channel.unref();
}

/** Without `--expose-gc` nothing is collected. */
function giveBack(): void {
	globalThis.gc?.({ type: "major", flavor: "last-resort", execution: "sync" });
}
