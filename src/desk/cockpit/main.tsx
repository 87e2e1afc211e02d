import { render } from "preact";
import { useEffect } from "preact/hooks";
import { useSpeech } from "./language/language.ts";
import { later } from "./later.tsx";
import { AlarmStrip } from "./panels/alarms/alarms.tsx";
import { ColdChain } from "./panels/cold-chain/cold-chain.tsx";
import { Devices } from "./panels/devices.tsx";
import { LabelDrawer } from "./panels/drawer.tsx";
import { Events } from "./panels/events.tsx";
import { Header } from "./panels/header.tsx";
import { Morning } from "./panels/morning/morning.tsx";
import { PriceCheck } from "./panels/price-check.tsx";
import { Receipts } from "./panels/receipts.tsx";
import { Scans } from "./panels/scans.tsx";
import { Shelves } from "./panels/shelves.tsx";
import { SignIn } from "./panels/sign-in.tsx";
import { Wall } from "./panels/wall.tsx";
import { goLive } from "./state/live.ts";
import { useCockpit } from "./state/state.ts";
import { useView } from "./state/view.ts";
import "./styles/tokens.css";
import "./styles/frame.css";
import "./styles/wall.css";
import "./styles/panels.css";
import "./styles/cold-chain.css";
import "./styles/morning.css";
import "./styles/selling.css";
import "./styles/settings.css";

const Selling = later(() => import("./panels/selling/selling.tsx").then((file) => file.Selling));
const Settings = later(() => import("./panels/settings/settings.tsx").then((file) => file.Settings));

function Cockpit() {
	const { say, language } = useSpeech();
	const locked = useCockpit((all) => all.line === "locked" || all.line === "unclaimed");
	const view = useView();
	const store = useCockpit((all) => all.status?.store ?? "");
	useEffect(() => {
		document.documentElement.lang = language;
		document.title = store === "" ? "Gondola" : `${say("store")} ${store} · Gondola`;
	}, [language, store]);
	if (locked) return <SignIn />;
	return (
		<>
			<Header />
			{view === "morning" && <Morning />}
			{view === "store" && <Store />}
			{view === "selling" && <Selling />}
			{view === "settings" && <Settings />}
			<LabelDrawer />
		</>
	);
}

/** The shelf and everything that is connected, live. */
function Store() {
	const { say } = useSpeech();
	const opened = useCockpit((all) => all.status !== null);
	return (
		<>
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
				<ColdChain />
				<Events />
			</main>
		</>
	);
}

goLive();
render(<Cockpit />, document.getElementById("cockpit")!);
