using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify;

/// <summary>The request to notify.</summary>
public sealed record Trigger
{
    /// <summary>The tenant that <see cref="Tenant"/> stands for when nothing is said.</summary>
    public const string DefaultTenant = "default";

    private readonly JsonElement? _data;

    /// <summary>On whose behalf. Tenants share nothing: not ids, not idempotency keys, not each other's waiting time.</summary>
    public string Tenant { get; init; } = DefaultTenant;

    /// <summary>Whom to notify. At least one, at most 1,000; use a topic for more.</summary>
    public required RecipientList To { get; init; }

    /// <summary>What to say. Exactly one of this and <see cref="Template"/>.</summary>
    public Content? Content { get; init; }

    /// <summary>The name of the template that says it.</summary>
    public string? Template { get; init; }

    /// <summary>The template's variables: any object that System.Text.Json can write as a JSON object.</summary>
    [JsonIgnore]
    public object? Data
    {
        get => _data;
        init => _data = value switch
        {
            null => null,
            JsonElement element => element.Clone(),
            _ => JsonSerializer.SerializeToElement(value, JsonSerializerOptions.Web),
        };
    }

    /// <summary>The channels to use. Null means every channel for which the recipient has an address.</summary>
    public IReadOnlyList<Channel>? Channels { get; init; }

    /// <summary>The lane. Default: <see cref="Priority.Normal"/>.</summary>
    public Priority Priority { get; init; } = Priority.Normal;

    /// <summary>Not before this time. Null means now.</summary>
    public DateTimeOffset? SendAt { get; init; }

    /// <summary>
    /// Not after this time; what has not been accepted by then becomes a dead letter.
    /// Null means <see cref="NotificationsOptions.DefaultTimeToLive"/> after <see cref="SendAt"/>.
    /// </summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// The caller's own name for this trigger, at most 256 characters. The same key with the same body returns the first
    /// notification's id; with another body it is a conflict. Kept for <see cref="NotificationsOptions.IdempotencyRetention"/>.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The variables as JSON.</summary>
    [JsonInclude, JsonPropertyName("data")]
    internal JsonElement? DataElement
    {
        get => _data;
        init => _data = value;
    }

    /// <summary>The recipients' kinds; never an address, content or data.</summary>
    public override string ToString() => $"Trigger to {To}";
}
