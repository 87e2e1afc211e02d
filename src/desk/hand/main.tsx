import { render } from "preact";
import { useEffect } from "preact/hooks";
import { useSpeech } from "./language/speech.ts";
import { takeCode } from "./scanning/scan-field.tsx";
import { listenToWedge } from "./scanning/wedge.ts";
import { ArticleTaskScreen, BindScreen } from "./screens/article-tasks.tsx";
import { FillScreen } from "./screens/fill.tsx";
import { Home, taskWord } from "./screens/home.tsx";
import { NewestAct } from "./screens/kept-act.tsx";
import { PickScreen, ReturnScreen } from "./screens/orders.tsx";
import { Outbox } from "./screens/outbox.tsx";
import { ShelvesScreen } from "./screens/shelves.tsx";
import { SignIn, Unclaimed } from "./screens/sign-in.tsx";
import type { Task } from "./state/act.ts";
import { goLive } from "./state/live.ts";
import { goHome, show, useHand } from "./state/state.ts";
import "../cockpit/styles/tokens.css";
import "./styles/hand.css";

function Hand() {
	const { say, language } = useSpeech();
	const line = useHand((all) => all.line);
	const screen = useHand((all) => all.screen);
	const store = useHand((all) => all.store);
	const hasWho = useHand((all) => all.who !== null);
	const keepsNothing = useHand((all) => all.keepsNothing);
	useEffect(() => {
		document.documentElement.lang = language;
		document.title = store === "" ? "Gondola" : `${say("store", store)} · Gondola`;
	}, [language, store]);
	if (line === "unclaimed") return <Unclaimed />;
	if (line === "locked") return <SignIn />;
	return (
		<>
			<Top />
			<main>
				{line === "lost" && (
					<p class="amber" role="status">
						{say("lost")}
					</p>
				)}
				{keepsNothing ? (
					<p class="refused" role="alert">
						{say("keepsNothing")}
					</p>
				) : !hasWho ? (
					<p class="hint">{say(line === "lost" ? "unreachable" : "opening")}</p>
				) : screen.at === "home" ? (
					<Home />
				) : screen.at === "outbox" ? (
					<Outbox />
				) : (
					<TaskScreen key={screen.task} task={screen.task} />
				)}
			</main>
			<NewestAct />
		</>
	);
}

function TaskScreen({ task }: { task: Task }) {
	switch (task) {
		case "bind":
			return <BindScreen />;
		case "pick":
			return <PickScreen />;
		case "return":
			return <ReturnScreen />;
		case "fill":
			return <FillScreen />;
		case "shelves":
			return <ShelvesScreen />;
		default:
			return <ArticleTaskScreen task={task} />;
	}
}

function Top() {
	const { say } = useSpeech();
	const screen = useHand((all) => all.screen);
	const store = useHand((all) => all.store);
	const line = useHand((all) => all.line);
	const acts = useHand((all) => all.acts);
	const waiting = acts.filter(({ state }) => state === "waiting").length;
	const refused = acts.filter(({ state }) => state === "refused").length;
	const calm = say(line === "live" ? "live" : "outbox");
	const summary = refused > 0 ? say("refusals", refused) : waiting > 0 ? say("waits", waiting) : calm;
	return (
		<header>
			{screen.at !== "home" && (
				<button type="button" class="ghost back" aria-label={say("back")} onClick={goHome}>
					←
				</button>
			)}
			<h1>{screen.at === "home" ? say("store", store) : say(screen.at === "outbox" ? "outbox" : taskWord(screen.task))}</h1>
			<button
				type="button"
				class={`chip ${refused > 0 ? "bad" : waiting > 0 ? "late" : ""}`}
				aria-label={`${summary} · ${say("outbox")}`}
				onClick={() => screen.at !== "outbox" && show({ at: "outbox" })}
			>
				<span class={`mark-of ${line === "live" ? "accepted" : "waiting"}`} aria-hidden="true" />
				{summary}
			</button>
		</header>
	);
}

/** Once the service worker keeps what is fetched, the reader of bar codes is fetched too, for the day without a network. */
async function keepCameraReader(worker: ServiceWorkerContainer): Promise<void> {
	if (!navigator.mediaDevices) return;
	if (!worker.controller) await new Promise((resolve) => worker.addEventListener("controllerchange", resolve, { once: true }));
	const { keepReader } = await import("./scanning/reader.ts");
	await keepReader();
}

if ("serviceWorker" in navigator) {
	// Refused where the certificate is not trusted: then the page needs the network to open, and works all the same.
	navigator.serviceWorker
		.register("/hand/worker.js", { scope: "/hand", type: "module" })
		.then(() => keepCameraReader(navigator.serviceWorker))
		.catch(() => undefined);
}
listenToWedge(takeCode);
render(<Hand />, document.getElementById("hand")!);
void goLive();
