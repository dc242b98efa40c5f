// Pictures and files.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';

import { client, errorOf, kModel, kPdf, kPng, upstreamRequest, user, warningsOf } from './gateway.mjs';

const picture = (url, more = {}) => ({ type: 'image_url', image_url: { url, ...more } });
const file = (parts) => ({ type: 'file', file: parts });
const text = (words) => ({ type: 'text', text: words });

const ask = (...content) => client.chat.completions.create({ model: kModel, messages: [user(content)] });
const answerTo = async (...content) => (await ask(...content)).choices[0].message.content;

test('a picture is seen', async () => {
  const said = await answerTo(text('what is it?'), picture(`data:image/png;base64,${kPng}`, { detail: 'high' }));
  assert.equal(said, 'You said: what is it? [image/png 67 bytes]');
});

test('a picture by its address is seen', async () => {
  const said = await answerTo(text('and this?'), picture('https://example.com/a.png'));
  assert.equal(said, 'You said: and this? [image at https://example.com/a.png]');
});

test('parts keep their order', async () => {
  const marker = 'picture-order-marker';
  await ask(text('before'), picture(`data:image/png;base64,${kPng}`), text(marker));
  const [{ content }] = (await upstreamRequest(marker)).body.messages;
  assert.deepEqual(
    content.map(({ type }) => type),
    ['text', 'image', 'text'],
  );
});

test('a picture with the wrong name is sent under its own', async () => {
  const messages = [user([text('type-marker'), picture(`data:image/jpeg;base64,${kPng}`)])];
  assert.deepEqual(await warningsOf({ model: kModel, messages }), ['image:media_type_corrected']);
  const [{ content }] = (await upstreamRequest('type-marker')).body.messages;
  assert.equal(content[1].source.media_type, 'image/png');
});

test('a document is read', async () => {
  const said = await answerTo(
    text('sum it up'),
    file({ filename: 'report.pdf', file_data: `data:application/pdf;base64,${kPdf}` }),
  );
  const bytes = Buffer.from(kPdf, 'base64').length;
  assert.equal(said, `You said: sum it up [application/pdf "report.pdf" ${bytes} bytes]`);
});

test('a text file is read', async () => {
  const file_data = Buffer.from('grüße').toString('base64');
  const said = await answerTo(text('read'), file({ filename: 'note.txt', file_data }));
  assert.equal(said, 'You said: read [text/plain "note.txt" "grüße"]');
});

test('a file that was uploaded is named', async () => {
  const said = await answerTo(text('read'), file({ file_id: 'file_011abc' }));
  assert.equal(said, 'You said: read [document file file_011abc]');
});

// [what, part, code, param]
const kRefused = [
  ['a picture over http', picture('http://example.com/a.png'), 'invalid_image_url', 'image_url.url'],
  ['a picture on a disk', picture('file:///etc/passwd'), 'invalid_image_url', 'image_url.url'],
  [
    'a picture of no known type',
    picture('data:image/tiff;base64,AAAA'),
    'unsupported_image_media_type',
    'image_url.url',
  ],
  ['a picture that is no base64', picture('data:image/png;base64,@@'), 'invalid_base64_image', 'image_url.url'],
  ['a file of another company', file({ file_id: 'file-abc' }), 'invalid_value', 'file.file_id'],
  [
    'a file of no known type',
    file({ filename: 'a.exe', file_data: 'data:application/x-msdownload;base64,AAAA' }),
    'invalid_value',
    'file.file_data',
  ],
  ['sound', { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }, 'unsupported_value', 'type'],
];

for (const [what, part, code, param] of kRefused) {
  test(`${what} is refused`, async () => {
    const error = await errorOf(ask(text('look'), part));
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.deepEqual([error.code, error.param], [code, `messages[0].content[1].${param}`]);
  });
}

test('a tool answers with a picture', async () => {
  const call = { id: 'call_1', type: 'function', function: { name: 'read_file', arguments: '{"path":"a.png"}' } };
  const answer = await client.chat.completions.create({
    model: kModel,
    tools: [{ type: 'function', function: { name: 'read_file' } }],
    messages: [
      user('look'),
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: [text('here'), picture(`data:image/png;base64,${kPng}`)] },
    ],
  });
  assert.equal(answer.choices[0].message.content, 'The tool said: here [image/png 67 bytes]');
});
