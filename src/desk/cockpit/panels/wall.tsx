import { useMemo, useState } from "preact/hooks";
import type { LabelState, LabelStatus } from "../../../words/label.ts";
import { useSpeech } from "../language/language.ts";
import { useScrollView } from "../shared/scroll-view.ts";
import { useCockpit } from "../state/state.ts";
import { Search } from "./controls.tsx";
import { openLabel } from "./drawer.tsx";
import { Picture } from "./picture.tsx";

const states: LabelState[] = ["SHOWN", "PENDING", "STALE", "FAILED", "UNBOUND"];

/** A 2.9" label has 296 × 128 pixels; larger pictures are scaled down here and shown in full size in the drawer. */
const sizes = { full: { width: 320, height: 186 }, half: { width: 168, height: 118 } } as const;

/** The labels rail by rail. Only rails in view are in the document: a hypermarket has 40,000 labels. */
export function Wall() {
	const { say, f } = useSpeech();
	const labels = useCockpit((all) => all.labels);
	const loaded = useCockpit((all) => all.labelsLoaded);
	const [wanted, setWanted] = useState<LabelState | null>(null);
	const [search, setSearch] = useState("");
	const [size, setSize] = useState<keyof typeof sizes>(() => (window.innerWidth < 700 ? "half" : "full"));

	const counts = useMemo(() => {
		const found = new Map<LabelState, number>();
		for (const label of labels.values()) found.set(label.state, (found.get(label.state) ?? 0) + 1);
		return found;
	}, [labels]);
	const shown = useMemo(() => {
		const words = search.trim().toLowerCase().split(/\s+/).filter(Boolean);
		const fits = (label: LabelStatus) => {
			if (wanted !== null && label.state !== wanted) return false;
			const text = `${label.id} ${label.sku ?? ""} ${label.name ?? ""}`.toLowerCase();
			return words.every((word) => text.includes(word));
		};
		return [...labels.values()].filter(fits).sort((a, b) => (a.id < b.id ? -1 : 1));
	}, [labels, wanted, search]);

	return (
		<section class="panel wall" id="labels" aria-labelledby="labels-title">
			<header>
				<h2 id="labels-title">{say("labels")}</h2>
				<span class="quiet">{say("labelCount", f.number(labels.size))}</span>
				<Search value={search} label={say("findLabel")} onInput={setSearch} />
				<div class="pair" role="group">
					{(["full", "half"] as const).map((each) => (
						<button key={each} type="button" class="ghost" aria-pressed={size === each} onClick={() => setSize(each)}>
							{say(each === "full" ? "fullSize" : "halfSize")}
						</button>
					))}
				</div>
			</header>
			<div class="share" aria-hidden="true">
				{states.map((state) => (
					<i key={state} class={state.toLowerCase()} style={{ flexGrow: counts.get(state) ?? 0 }} />
				))}
			</div>
			<div class="chips" role="group" aria-label={say("labels")}>
				<button type="button" aria-pressed={wanted === null} onClick={() => setWanted(null)}>
					{say("all")} <b>{f.number(labels.size)}</b>
				</button>
				{states
					.filter((state) => (counts.get(state) ?? 0) > 0 || state === wanted)
					.map((state) => (
						<button key={state} type="button" aria-pressed={wanted === state} onClick={() => setWanted(wanted === state ? null : state)}>
							<i class={`dot ${state.toLowerCase()}`} aria-hidden="true" />
							{say(state)} <b>{f.number(counts.get(state) ?? 0)}</b>
						</button>
					))}
			</div>
			{shown.length === 0 ? (
				<p class="empty">{labels.size > 0 ? say("noLabels") : loaded ? say("noLabelsYet") : say("opening")}</p>
			) : (
				<Rails labels={shown} size={size} />
			)}
		</section>
	);
}

function Rails({ labels, size }: { labels: LabelStatus[]; size: keyof typeof sizes }) {
	const { width, height } = sizes[size];
	const { ref: box, view } = useScrollView<HTMLDivElement>({ top: 0, width: 0, height: 0 });
	const [focused, setFocused] = useState(0);

	const columns = Math.max(1, Math.floor(view.width / width));
	const rows = Math.ceil(labels.length / columns);
	const first = Math.max(0, Math.floor(view.top / height) - 1);
	const last = Math.min(rows, Math.ceil((view.top + view.height) / height) + 1);

	const go = (event: KeyboardEvent) => {
		const steps: Record<string, number> = {
			ArrowRight: 1,
			ArrowLeft: -1,
			ArrowDown: columns,
			ArrowUp: -columns,
			Home: -labels.length,
			End: labels.length,
		};
		const step = steps[event.key];
		if (step === undefined) return;
		event.preventDefault();
		const next = Math.min(labels.length - 1, Math.max(0, focused + step));
		setFocused(next);
		const element = box.current!;
		const top = Math.floor(next / columns) * height;
		if (top < element.scrollTop) element.scrollTop = top;
		else if (top + height > element.scrollTop + element.clientHeight) element.scrollTop = top + height - element.clientHeight;
		// The rail may just have been scrolled into view; its button exists after the next frame.
		requestAnimationFrame(() => requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-at="${next}"]`)?.focus()));
	};

	return (
		<div class={`rails ${size}`} ref={box} onKeyDown={go}>
			<div style={{ height: `${rows * height}px` }}>
				{Array.from({ length: Math.max(0, last - first) }, (_, n) => first + n).map((row) => (
					<div
						key={row}
						class="rail"
						style={{ top: `${row * height}px`, height: `${height}px`, gridTemplateColumns: `repeat(${columns}, 1fr)` }}
					>
						{labels.slice(row * columns, (row + 1) * columns).map((label, column) => {
							const at = row * columns + column;
							const reached = at === Math.min(focused, labels.length - 1);
							return <Tile key={label.id} label={label} at={at} tabIndex={reached ? 0 : -1} onFocus={setFocused} />;
						})}
					</div>
				))}
			</div>
		</div>
	);
}

function Tile({ label, at, tabIndex, onFocus }: { label: LabelStatus; at: number; tabIndex: number; onFocus(at: number): void }) {
	const { say } = useSpeech();
	const what = `${label.name ?? label.sku ?? label.id}, ${say(label.state)}`;
	return (
		<button
			type="button"
			class={`tile ${label.state.toLowerCase()}`}
			data-at={at}
			tabIndex={tabIndex}
			aria-label={what}
			title={label.name ?? undefined}
			onFocus={() => onFocus(at)}
			onClick={() => openLabel(label.id)}
		>
			<span class="frame">
				<Picture label={label} />
			</span>
			<span class="edge">
				<i class={`dot ${label.state.toLowerCase()}`} aria-hidden="true" />
				<span class="code">{label.sku ?? label.id}</span>
				<span class="code quiet">{label.confirmed ? `v${label.confirmed.version}` : ""}</span>
			</span>
		</button>
	);
}
