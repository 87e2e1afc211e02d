import { BroadcastChannel } from "node:worker_threads";

/** How each thread of the process hears that it is time. */
const channelName = "gondola give back";
const lookEveryMs = 30_000;
/** By then the start is over. It leaves about 12 MB that can be given back. */
const firstAfterMs = 10_000;
const worthMegabytes = 12;

/**
 * V8 gives memory back when a program that allocates makes it; a gateway at rest never does, and keeps what its start, or five thousand
 * connections at once, needed for a second. Told to, it takes 20 to 50 ms in each thread, so it is told at most twice a minute, and only
 * when
 * there is more than it left the last time.
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
		// What the first round closed is only freed by the second.
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

/** In a thread: gives back when the main thread says so. */
export function giveBackWhenAsked(): void {
	const channel = new BroadcastChannel(channelName);
	channel.onmessage = giveBack;
	channel.unref();
}

/** Started without `--expose-gc`, it keeps what it has. */
function giveBack(): void {
	globalThis.gc?.({ type: "major", flavor: "last-resort", execution: "sync" });
}
