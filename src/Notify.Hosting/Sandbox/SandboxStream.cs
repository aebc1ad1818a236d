using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Notify.Hosting.Requests;
using Notify.Providers.Sandbox;

namespace Notify.Hosting.Sandbox;

/// <summary>
/// Streams captured messages as server-sent events. The first event is <c>ready</c>, followed by one <c>message</c> per captured
/// message. A client that reads the list after <c>ready</c> misses nothing.
/// </summary>
internal static class SandboxStream
{
    /// <summary>
    /// The serialized frame of each message, which all streams share. An entry is collected together with its message.
    /// </summary>
    private static readonly ConditionalWeakTable<SandboxMessage, byte[]> Frames = [];

    public static IResult Open(HttpContext context, ISandbox sandbox, IHostApplicationLifetime lifetime) =>
        LiveStream.Open(context, lifetime, sandbox.WatchAsync, Show);

    private static IEnumerable<byte[]> Show(SandboxMessage message) => [Frames.GetValue(message, Write)];

    private static byte[] Write(SandboxMessage message) =>
        LiveStream.Frame(JsonSerializer.Serialize(message, SandboxJson.Default.SandboxMessage));
}
