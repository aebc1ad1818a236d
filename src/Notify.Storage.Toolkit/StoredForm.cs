using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Notify.Providers;

namespace Notify.Storage.Toolkit;

/// <summary>
/// Converts triggers, contents, users, templates, attempts and receipts to and from the JSON that every store keeps.
/// </summary>
public static class StoredForm
{
    private static readonly Content NoContent = new();

    // There may be one for each delivery, so characters are not escaped unless they must be.
    private static readonly StoredJson Unescaped = new(
        new JsonSerializerOptions(StoredJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
    );

    /// <summary>Writes a trigger without its content, which <see cref="WriteContents"/> writes.</summary>
    public static byte[] WriteTrigger(Trigger trigger) =>
        JsonSerializer.SerializeToUtf8Bytes(
            trigger.Content is null ? trigger : trigger with { Content = null },
            StoredJson.Default.Trigger
        );

    /// <summary>Reads a trigger that <see cref="WriteTrigger"/> wrote.</summary>
    public static Trigger ReadTrigger(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, StoredJson.Default.Trigger)!;

    /// <summary>
    /// Writes the part of a notification that its deliveries share: all contents, trace, category, labels and template version.
    /// </summary>
    public static byte[] WriteContents(Notification notification) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new StoredContents
            {
                Variants = notification.Contents,
                TraceParent = notification.TraceParent,
                Category = notification.Trigger.Category,
                Template = notification.Trigger.Template,
                Workflow = notification.Trigger.Workflow,
                Reference = notification.Trigger.Reference,
                Tags = notification.Trigger.Tags,
                Metadata = notification.Trigger.Metadata,
                TemplateVersion = notification.TemplateVersion,
            },
            StoredJson.Default.StoredContents
        );

    /// <summary>Reads the contents that <see cref="WriteContents"/> wrote.</summary>
    public static StoredContents ReadContents(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, StoredJson.Default.StoredContents)!;

    /// <summary>
    /// Writes the content that was rendered for a delivery; null if it shares its content with others, or has none because it was
    /// cancelled.
    /// </summary>
    public static byte[]? WriteOwnContent(Delivery delivery) =>
        delivery.ContentIndex != Delivery.OwnContent || delivery.Content == NoContent
            ? null
            : JsonSerializer.SerializeToUtf8Bytes(delivery.Content, Unescaped.Content);

    /// <summary>
    /// Reads content that <see cref="WriteOwnContent"/> wrote. Returns content without texts for null, for which
    /// <see cref="StoredContents.Complete"/> puts the shared one, if any.
    /// </summary>
    public static Content ReadOwnContent(byte[]? json) =>
        json is null ? NoContent : JsonSerializer.Deserialize(json, StoredJson.Default.Content)!;

    /// <summary>Writes a content that is stored apart from its notification, such as that of an inbox item.</summary>
    public static byte[] WriteContent(Content content) => JsonSerializer.SerializeToUtf8Bytes(content, Unescaped.Content);

    /// <summary>Reads content that <see cref="WriteContent"/> wrote.</summary>
    public static Content ReadContent(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, StoredJson.Default.Content)!;

    /// <summary>Writes a user.</summary>
    public static byte[] WriteUser(User user) => JsonSerializer.SerializeToUtf8Bytes(user, StoredJson.Default.User);

    /// <summary>Reads a user that <see cref="WriteUser"/> wrote.</summary>
    public static User ReadUser(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, StoredJson.Default.User)!;

    /// <summary>Writes the preferences of a user.</summary>
    /// <returns>The preferences; null if there are none.</returns>
    public static byte[]? WritePreferences(IReadOnlyList<Preference> preferences) =>
        preferences.Count == 0
            ? null
            : JsonSerializer.SerializeToUtf8Bytes(preferences, StoredJson.Default.IReadOnlyListPreference);

    /// <summary>Reads a user whose parts <see cref="WriteUser"/> and <see cref="WritePreferences"/> wrote.</summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="id">The ID of the user.</param>
    /// <param name="user">The profile; null if the user has none.</param>
    /// <param name="preferences">The preferences; null if there are none.</param>
    public static UserRecord ReadUserRecord(string tenant, string id, byte[]? user, byte[]? preferences) =>
        new()
        {
            Tenant = tenant,
            Id = id,
            User = user is null ? null : ReadUser(user),
            Preferences = preferences is null
                ? []
                : JsonSerializer.Deserialize(preferences, StoredJson.Default.IReadOnlyListPreference)!,
        };

    /// <summary>Writes the profile and the preferences of a user as one JSON object.</summary>
    public static byte[] WriteUserRecord(UserRecord user) =>
        JsonSerializer.SerializeToUtf8Bytes(user, StoredJson.Default.UserRecord);

    /// <summary>Reads a user that <see cref="WriteUserRecord"/> wrote.</summary>
    public static UserRecord ReadUserRecord(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, StoredJson.Default.UserRecord)!;

    /// <summary>Writes a template.</summary>
    public static byte[] WriteTemplate(Template template) =>
        JsonSerializer.SerializeToUtf8Bytes(template, StoredJson.Default.Template);

    /// <summary>Reads a template that <see cref="WriteTemplate"/> wrote.</summary>
    public static Template ReadTemplate(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, StoredJson.Default.Template)!;

    /// <summary>
    /// Writes one attempt with a trailing comma, so that a store can append it to the text of a delivery's history.
    /// <see cref="ReadHistory"/> reads the whole history.
    /// </summary>
    public static string WriteAttempt(Attempt attempt) => JsonSerializer.Serialize(attempt, StoredJson.Default.Attempt) + ",";

    /// <summary>Reads appended attempts, oldest first.</summary>
    public static IReadOnlyList<Attempt> ReadHistory(string history) =>
        ReadJoined(history, StoredJson.Default.IReadOnlyListAttempt);

    /// <summary>Writes one receipt with a trailing comma, to be appended like an attempt.</summary>
    public static string WriteReceipt(Receipt receipt) => JsonSerializer.Serialize(receipt, StoredJson.Default.Receipt) + ",";

    /// <summary>
    /// Gets a text that stored receipts contain if and only if they contain a receipt of the same event
    /// (<see cref="Receipt.Repeats"/>).
    /// </summary>
    public static string GetReceiptMark(Receipt receipt) =>
        // A quotation mark within a text is escaped, so only the property can match.
        receipt.EventId
            is { } id
            ? $"\"eventId\":{JsonSerializer.Serialize(id, StoredJson.Default.String)}"
            : WriteReceipt(receipt);

    /// <summary>Reads appended receipts, oldest first.</summary>
    public static IReadOnlyList<Receipt> ReadReceipts(string receipts) =>
        ReadJoined(receipts, StoredJson.Default.IReadOnlyListReceipt);

    /// <summary>
    /// Reads the number of a state. A number that only a newer version knows becomes <see cref="DeliveryState.Unknown"/>.
    /// </summary>
    public static DeliveryState ReadState(int number) =>
        (DeliveryState)number is var state && Enum.IsDefined(state) ? state : DeliveryState.Unknown;

    /// <summary>
    /// Reads the number of a priority. A number that only a newer version knows becomes <see cref="Priority.Normal"/>. The stored
    /// number keeps such a delivery out of the lanes of this version; this is how it is shown.
    /// </summary>
    public static Priority ReadPriority(int number) =>
        (Priority)number is var priority && Enum.IsDefined(priority) ? priority : Priority.Normal;

    private static IReadOnlyList<T> ReadJoined<T>(string joined, JsonTypeInfo<IReadOnlyList<T>> type) =>
        joined.Length == 0 ? [] : JsonSerializer.Deserialize(Encoding.UTF8.GetBytes($"[{joined[..^1]}]"), type)!;
}

/// <summary>The part of a notification that its deliveries share. A store keeps it once per notification.</summary>
public sealed record StoredContents
{
    /// <summary>Gets the contents; see <see cref="Notification.Contents"/>.</summary>
    public required IReadOnlyList<ContentVariant> Variants { get; init; }

    /// <summary>Gets the trace; see <see cref="Notification.TraceParent"/>.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Gets the category; see <see cref="Trigger.Category"/>.</summary>
    public string? Category { get; init; }

    /// <summary>Gets the name of the template; see <see cref="Trigger.Template"/>.</summary>
    public string? Template { get; init; }

    /// <summary>Gets the name of the workflow; see <see cref="Trigger.Workflow"/>.</summary>
    public string? Workflow { get; init; }

    /// <summary>Gets the reference; see <see cref="Trigger.Reference"/>.</summary>
    public string? Reference { get; init; }

    /// <summary>Gets the tags; see <see cref="Trigger.Tags"/>.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Gets the metadata; see <see cref="Trigger.Metadata"/>.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Gets the version of the template; see <see cref="Notification.TemplateVersion"/>.</summary>
    public int? TemplateVersion { get; init; }

    /// <summary>Gets the shared content; null for <see cref="Delivery.OwnContent"/>.</summary>
    /// <param name="index">See <see cref="Delivery.ContentIndex"/>.</param>
    public Content? GetContent(int index) => index == Delivery.OwnContent ? null : Variants[index].Content;

    /// <summary>Adds the shared part to a delivery that was read without it.</summary>
    public Delivery Complete(Delivery delivery) =>
        delivery with
        {
            Content = GetContent(delivery.ContentIndex) ?? delivery.Content,
            TraceParent = TraceParent,
            Category = Category,
            Template = Template,
            Workflow = Workflow,
            Reference = Reference,
            Tags = Tags,
            Metadata = Metadata,
        };
}
