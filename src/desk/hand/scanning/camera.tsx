import { useEffect, useRef, useState } from "preact/hooks";
import { useSpeech } from "../language/speech.ts";
import type { Word } from "../language/words.ts";
import { type Seen, steadyCodes } from "./steady.ts";

/** Wide enough for an EAN-13 that fills half of the picture, small enough for four readings a second on an old handheld. */
const pictureWidth = 960;
const lookEveryMs = 120;

type Trouble = Extract<Word, "cameraNeedsHttps" | "cameraRefused" | "cameraNone" | "cameraNoReader">;

interface Light extends MediaTrackCapabilities {
	torch?: boolean;
}

/** The camera's picture. It asks to be closed when a code in it is scanned, or by the clerk. */
export function Camera({ onCode, onClose }: { onCode(text: string): void; onClose(): void }) {
	const { say } = useSpeech();
	const video = useRef<HTMLVideoElement>(null);
	const [trouble, setTrouble] = useState<Trouble | undefined>();
	const [track, setTrack] = useState<MediaStreamTrack | undefined>();
	const [isSeveral, setSeveral] = useState(false);
	const handlers = useRef({ onCode, onClose });
	handlers.current = { onCode, onClose };
	useEffect(() => {
		const closed = new AbortController();
		void watch(video.current!, closed.signal, {
			opened: setTrack,
			several: setSeveral,
			scanned(text) {
				navigator.vibrate?.(60);
				handlers.current.onClose();
				handlers.current.onCode(text);
			},
		}).catch((error: unknown) => {
			if (!closed.signal.aborted) setTrouble(troubleOf(error));
		});
		return () => closed.abort();
	}, []);
	return (
		<section class="camera" aria-label={say("camera")}>
			{trouble ? (
				<p class="refused" role="alert">
					{say(trouble)}
				</p>
			) : (
				<video ref={video} muted playsInline />
			)}
			{!trouble && <p class="quiet">{say(isSeveral ? "cameraSeveral" : "cameraAim")}</p>}
			<div class="choices-of">
				{track && (track.getCapabilities?.() as Light | undefined)?.torch && <TorchButton track={track} />}
				<button type="button" class="act second" onClick={onClose}>
					{say("cameraClose")}
				</button>
			</div>
		</section>
	);
}

function TorchButton({ track }: { track: MediaStreamTrack }) {
	const { say } = useSpeech();
	const [isOn, setOn] = useState(false);
	const turn = async (): Promise<void> => {
		await track.applyConstraints({ advanced: [{ torch: !isOn } as MediaTrackConstraintSet] });
		setOn(!isOn);
	};
	return (
		<button type="button" class="act second" aria-pressed={isOn} onClick={() => void turn().catch(() => {})}>
			{say("cameraLight")}
		</button>
	);
}

interface Watcher {
	opened(track: MediaStreamTrack): void;
	several(isSeveral: boolean): void;
	scanned(text: string): void;
}

/** Opens the camera and reads its pictures, one at a time, until a code is scanned or `signal` says so. The camera is closed afterwards. */
async function watch(video: HTMLVideoElement, signal: AbortSignal, { opened, several, scanned }: Watcher): Promise<void> {
	// Browsers give a camera only to pages that came by HTTPS, or from the machine itself.
	if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("", "SecurityError");
	const reading = import("./reader.ts");
	// The camera may be refused first; what the reader says is heard below.
	reading.catch(() => {});
	const stream = await navigator.mediaDevices.getUserMedia({
		audio: false,
		video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
	});
	try {
		if (signal.aborted) return;
		video.srcObject = stream;
		await video.play();
		opened(stream.getVideoTracks()[0]!);
		const { codesIn } = await reading.catch(() => {
			throw new NoReader();
		});
		const look = pictures(video);
		const steady = steadyCodes();
		while (!signal.aborted) {
			const picture = look();
			const seen: Seen[] = picture ? await codesIn(picture) : [];
			if (signal.aborted) return;
			const found = steady(seen, performance.now());
			several(found.state === "several");
			if (found.state === "scanned") return scanned(found.text);
			await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
		}
	} finally {
		for (const track of stream.getTracks()) track.stop();
		video.srcObject = null;
	}
}

/** Takes a picture each time it is called; undefined before the camera gave one. */
function pictures(video: HTMLVideoElement): () => ImageData | undefined {
	const canvas = document.createElement("canvas");
	const context = canvas.getContext("2d", { willReadFrequently: true })!;
	return () => {
		const { videoWidth, videoHeight } = video;
		if (videoWidth === 0) return undefined;
		const width = Math.min(videoWidth, pictureWidth);
		const height = Math.round((videoHeight * width) / videoWidth);
		canvas.width = width;
		canvas.height = height;
		context.drawImage(video, 0, 0, width, height);
		return context.getImageData(0, 0, width, height);
	};
}

/** The program that reads bar codes did not come: the network was away when the camera was opened for the first time. */
class NoReader extends Error {}

function troubleOf(error: unknown): Trouble {
	if (!(error instanceof DOMException)) return "cameraNoReader";
	if (error.name === "SecurityError") return "cameraNeedsHttps";
	return error.name === "NotAllowedError" ? "cameraRefused" : "cameraNone";
}
