using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Notify.Providers.Sandbox;

/// <summary>Shows the captured messages in the HTTP API of the application.</summary>
internal sealed class SandboxPage(SandboxInbox inbox) : ICapturedMessages
{
    /// <summary>
    /// The serialized form of each message, which all streams share. An entry is collected together with its message.
    /// </summary>
    private static readonly ConditionalWeakTable<SandboxMessage, string> Serialized = [];

    public string Page { get; } = ReadPage();

    public CapturedMessagePage Read(string? tenant, long before, int limit)
    {
        SandboxMessage[] found =
        [
            .. inbox
                .Messages.Where(message => (tenant is null || tenant == message.Tenant) && GetNumber(message) < before)
                .Take(limit + 1),
        ];
        SandboxMessage[] shown = [.. found.Take(limit)];
        return new CapturedMessagePage
        {
            Items = JsonSerializer.SerializeToElement(shown, SandboxJson.Default.IReadOnlyListSandboxMessage),
            Last = found.Length > limit ? GetNumber(shown[^1]) : null,
        };

        // Only a caller who reads all tenants may see how many messages they have together.
        long GetNumber(SandboxMessage message) => tenant is null ? message.Position : message.Sequence;
    }

    // Not an async iterator: watching begins with this call, and not with the enumeration.
    public IAsyncEnumerable<string> WatchAsync(string? tenant, CancellationToken cancellationToken) =>
        SerializeAsync(inbox.WatchAsync(tenant, cancellationToken));

    private static async IAsyncEnumerable<string> SerializeAsync(IAsyncEnumerable<SandboxMessage> messages)
    {
        await foreach (var message in messages.ConfigureAwait(false))
            yield return Serialized.GetValue(message, static one =>
                JsonSerializer.Serialize(one, SandboxJson.Default.SandboxMessage)
            );
    }

    private static string ReadPage()
    {
        using var stream = typeof(SandboxPage).Assembly.GetManifestResourceStream("Notify.Providers.Sandbox.SandboxPage.html")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
