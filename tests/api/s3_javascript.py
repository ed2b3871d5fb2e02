"""The JavaScript SDK: buffers, streams with trailers, multipart, presigned URLs, error names."""
import os
import pathlib

from harness import Suite, main

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = pathlib.Path(os.environ.get('QUERN_CLIENTS', 'build-clients')).resolve()


class JavaScript(Suite):
    def test_the_program(self):
        said = self.run_program('node', HERE / 's3_javascript.mjs', env={'QUERN_CLIENTS': str(CLIENTS)})
        self.assertEqual(said.splitlines()[-1], 'done')


main(JavaScript)
