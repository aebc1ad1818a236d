using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Notify.Providers.Sandbox;

/// <summary>Shows the captured messages in the HTTP API and in the dashboard of the application.</summary>
internal sealed class SandboxMessages(SandboxInbox inbox, SandboxAnswers answers) : ICapturedMessages
{
    /// <summary>
    /// The serialized form of each message, which all streams share. An entry is collected together with its message.
    /// </summary>
    private static readonly ConditionalWeakTable<SandboxMessage, string> Serialized = [];

    public CapturedMessagePage Read(CapturedMessageQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        SandboxMessage[] found =
        [
            .. inbox
                .Read(query.Tenant)
                .Where(message => GetNumber(message) < query.Before && Matches(query, message))
                .Take(query.Limit + 1),
        ];
        SandboxMessage[] shown = [.. found.Take(query.Limit)];
        return new CapturedMessagePage
        {
            Items = JsonSerializer.SerializeToElement(shown, SandboxJson.Default.IReadOnlyListSandboxMessage),
            Last = found.Length > shown.Length ? GetNumber(shown[^1]) : null,
        };

        // Only a caller who reads all tenants may see how many messages they have together.
        long GetNumber(SandboxMessage message) => query.Tenant is null ? message.Position : message.Sequence;
    }

    public int Clear(string tenant) => inbox.Clear(tenant);

    public IReadOnlyDictionary<Channel, CapturedAnswer> Answers => answers.All;

    public void SetAnswer(Channel channel, CapturedAnswer answer) => answers.Set(channel, answer);

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

    private static bool Matches(CapturedMessageQuery query, SandboxMessage message) =>
        (query.Channel is not { } channel || channel == message.Channel)
        && (query.Recipient is not { } recipient || Contains(message.Address, recipient) || Contains(message.UserId, recipient))
        && (query.Text is not { } text || Contains(message.Content, text));

    private static bool Contains(SandboxContent content, string text) =>
        Contains(content.Title, text)
        || Contains(content.Body, text)
        || Contains(content.Html, text)
        || content.Data?.Values.Any(value => Contains(value, text)) == true;

    private static bool Contains(string? whole, string part) => whole?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;
}
