/** The logo: labels on two rails. */
export function Mark() {
	return (
		<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
			<rect width="32" height="32" rx="7" class="mark-ground" />
			<rect x="6" y="7" width="8" height="9" rx="1" class="mark-label" />
			<rect x="17" y="10" width="9" height="6" rx="1" class="mark-offer" />
			<rect x="4" y="17" width="24" height="3" rx="1.5" class="mark-rail" />
			<rect x="4" y="23" width="24" height="3" rx="1.5" class="mark-rail faint" />
		</svg>
	);
}
