import adapter from '@sveltejs/adapter-static';

// Pages are rendered in the reader's browser from the release's files, so the build makes one start page and no others.
export default {
	kit: {
		adapter: adapter({ pages: './build', fallback: 'index.html', strict: false })
	}
};
