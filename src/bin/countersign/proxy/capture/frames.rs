//! Counting what goes through a WebSocket, without looking into it.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, ReadBuf};

use super::Capture;
use crate::store::Tunnel;

/// A reader that counts the WebSocket frames (RFC 6455, section 5.2) that it hands on.
pub(crate) struct FrameCounter<R> {
    reader: R,
    capture: Option<Capture>,
    from_client: bool,
    position: Position,
}

/// Where in a frame the next byte stands.
#[derive(Clone, Copy)]
enum Position {
    FirstByte,
    LengthByte,
    /// So many bytes of a long length are due.
    Length {
        left: u8,
        value: u64,
        masked: bool,
    },
    /// So many bytes of mask and payload are due.
    Rest(u64),
}

impl<R> FrameCounter<R> {
    pub(crate) fn new(reader: R, capture: Option<Capture>, from_client: bool) -> Self {
        Self { reader, capture, from_client, position: Position::FirstByte }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for FrameCounter<R> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.reader).poll_read(cx, buf))?;
        let Some(capture) = self.capture.clone() else { return Poll::Ready(Ok(())) };
        let data = buf.filled().get(before..).unwrap_or_default();
        let frames = self.position.advance(data);
        let from_client = self.from_client;
        capture.tunnelled(|tunnel| add(tunnel, from_client, frames, data.len() as u64));
        Poll::Ready(Ok(()))
    }
}

fn add(tunnel: &mut Tunnel, from_client: bool, frames: u64, bytes: u64) {
    let (frame_count, byte_count) = match from_client {
        true => (&mut tunnel.frames_from_client, &mut tunnel.bytes_from_client),
        false => (&mut tunnel.frames_from_app, &mut tunnel.bytes_from_app),
    };
    *frame_count += frames;
    *byte_count += bytes;
}

impl Position {
    /// Goes over `data`; returns how many frames begin in it.
    fn advance(&mut self, mut data: &[u8]) -> u64 {
        let mut frames = 0;
        while let Some((&byte, rest)) = data.split_first() {
            *self = match *self {
                Self::FirstByte => {
                    frames += 1;
                    Self::LengthByte
                }
                Self::LengthByte => {
                    let masked = byte & 0x80 != 0;
                    match byte & 0x7f {
                        126 => Self::Length { left: 2, value: 0, masked },
                        127 => Self::Length { left: 8, value: 0, masked },
                        length => Self::after_length(u64::from(length), masked),
                    }
                }
                Self::Length { left, value, masked } => {
                    let value = (value << 8) | u64::from(byte);
                    match left {
                        0 | 1 => Self::after_length(value, masked),
                        _ => Self::Length { left: left - 1, value, masked },
                    }
                }
                Self::Rest(left) => {
                    let skipped = left.min(data.len() as u64);
                    data = data.get(skipped as usize..).unwrap_or_default();
                    *self = if skipped == left { Self::FirstByte } else { Self::Rest(left - skipped) };
                    continue;
                }
            };
            data = rest;
        }
        frames
    }

    fn after_length(length: u64, masked: bool) -> Self {
        match length.saturating_add(if masked { 4 } else { 0 }) {
            0 => Self::FirstByte,
            left => Self::Rest(left),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame with a payload of `length` bytes, all of them 0x81, the first byte of a frame.
    fn frame(length: usize, masked: bool) -> Vec<u8> {
        let mask = if masked { 0x80 } else { 0 };
        let mut frame = vec![0x81];
        match length {
            0..=125 => frame.push(mask | length as u8),
            126..=0xffff => {
                frame.push(mask | 126);
                frame.extend_from_slice(&(length as u16).to_be_bytes());
            }
            _ => {
                frame.push(mask | 127);
                frame.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        frame.extend(std::iter::repeat_n(0x81, length + if masked { 4 } else { 0 }));
        frame
    }

    #[test]
    fn frames_are_counted_however_they_are_cut() {
        let sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 0, 0, 3];
        for masked in [false, true] {
            let stream: Vec<u8> = sizes.iter().flat_map(|size| frame(*size, masked)).collect();
            for piece in [1, 2, 3, 7, 1000, stream.len()] {
                let mut position = Position::FirstByte;
                let counted: u64 = stream.chunks(piece).map(|piece| position.advance(piece)).sum();
                assert_eq!(counted, sizes.len() as u64, "masked: {masked}, pieces of {piece}");
                assert!(matches!(position, Position::FirstByte));
            }
        }
    }
}
