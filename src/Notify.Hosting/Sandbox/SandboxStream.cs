using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Notify.Hosting.Requests;
using Notify.Providers.Sandbox;

namespace Notify.Hosting.Sandbox;

/// <summary>
/// The messages as they are captured, as server-sent events: first <c>ready</c>, then one <c>message</c> each. Whoever reads the
/// list after the first misses nothing in between.
/// </summary>
internal static class SandboxStream
{
    /// <summary>Each message as it is sent, written once for all the streams that show it, and gone with it.</summary>
    private static readonly ConditionalWeakTable<SandboxMessage, byte[]> Frames = [];

    public static IResult Open(HttpContext context, ISandbox sandbox, IHostApplicationLifetime lifetime) =>
        LiveStream.Open(context, lifetime, sandbox.WatchAsync, Show);

    private static IEnumerable<byte[]> Show(SandboxMessage message) => [Frames.GetValue(message, Write)];

    private static byte[] Write(SandboxMessage message) =>
        LiveStream.Frame(JsonSerializer.Serialize(message, SandboxJson.Default.SandboxMessage));
}
