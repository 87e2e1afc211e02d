import { render } from "preact";
import { useEffect } from "preact/hooks";
import { AlarmStrip } from "./alarms.tsx";
import { Devices } from "./devices.tsx";
import { Events } from "./events.tsx";
import { Header } from "./header.tsx";
import { LabelDrawer } from "./drawer.tsx";
import { goLive } from "./live.ts";
import { PriceCheck } from "./price-check.tsx";
import { Receipts } from "./receipts.tsx";
import { Scans } from "./scans.tsx";
import { Shelves } from "./shelves.tsx";
import { SignIn } from "./sign-in.tsx";
import { useSpeech } from "./speech.ts";
import { useCockpit } from "./store.ts";
import { Wall } from "./wall.tsx";
import "./tokens.css";
import "./frame.css";
import "./wall.css";
import "./panels.css";

function Cockpit() {
	const { say, language } = useSpeech();
	const locked = useCockpit((all) => all.line === "locked");
	const opened = useCockpit((all) => all.status !== null);
	const store = useCockpit((all) => all.status?.store ?? "");
	useEffect(() => {
		document.documentElement.lang = language;
		document.title = store === "" ? "Gondola" : `${say("store")} ${store} · Gondola`;
	}, [language, store]);
	if (locked) return <SignIn />;
	return (
		<>
			<Header />
			<nav class="jump" aria-label={say("sections")}>
				{(["labels", "priceCheck", "scans", "shelves", "receipts", "devices", "events"] as const).map((name) => (
					<a key={name} href={`#${name}`}>
						{say(name)}
					</a>
				))}
			</nav>
			<AlarmStrip />
			<main class={opened ? "" : "opening"}>
				<Wall />
				<PriceCheck />
				<Scans />
				<Shelves />
				<Devices />
				<Receipts />
				<Events />
			</main>
			<LabelDrawer />
		</>
	);
}

goLive();
render(<Cockpit />, document.getElementById("cockpit")!);
