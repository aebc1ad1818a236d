using System.Text.Json;
using Fluid;
using Fluid.Values;

namespace Notify.Core.Templates;

/// <summary>
/// Creates what a template sees as <c>recipient</c>: the properties of the user, and a few reserved names that come from
/// elsewhere.
/// </summary>
internal static class RecipientModel
{
    /// <summary>The variable. Neither a trigger nor a recipient may have data with this name.</summary>
    public const string Variable = "recipient";

    /// <summary>
    /// The names that properties must not have. Those that a template cannot use yet are kept for later versions.
    /// </summary>
    public static readonly IReadOnlyList<string> ReservedNames =
    [
        "id",
        "locale",
        "timeZone",
        "email",
        "phone",
        "addresses",
        "channel",
        "devices",
        "preferences",
        "preferencesUrl",
        "properties",
        "topic",
        "size",
    ];

    private static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement;

    /// <summary>Creates the variables of one recipient: its own data, that of the trigger, and <c>recipient</c>.</summary>
    /// <param name="trigger">The trigger.</param>
    /// <param name="recipient">The recipient.</param>
    /// <param name="user">The user; null if there is none.</param>
    /// <param name="preferencesUrl">The link to the page of preferences; null if there is none.</param>
    public static DataObject CreateRoot(Trigger trigger, Recipient recipient, User? user, Uri? preferencesUrl)
    {
        if (trigger.Digest is not null)
            return new DataObject(DigestData.FromEvent(DigestData.Merge(trigger, recipient) ?? Nothing), "").With(
                Variable,
                Create(recipient, user, preferencesUrl)
            );

        var root = new DataObject(trigger.DataElement ?? Nothing, "").With(Variable, Create(recipient, user, preferencesUrl));
        if (recipient.DataElement is { } own)
        {
            foreach (var member in own.EnumerateObject())
                root.With(member.Name, DataValues.From(member.Value, member.Name));
        }

        return root;
    }

    /// <summary>Creates the recipient of a preview. Its reserved names are empty unless they are given.</summary>
    public static DataObject Create(TemplatePreview preview)
    {
        var given = preview.Recipient ?? Nothing;
        var model = new DataObject(given, Variable);
        foreach (var (name, value) in GetReserved(null, preview.Locale, preview.TimeZone, null, null, null))
        {
            if (!given.TryGetProperty(name, out _))
                model.With(name, value);
        }

        return model;
    }

    private static DataObject Create(Recipient recipient, User? user, Uri? preferencesUrl)
    {
        var model = new DataObject(user?.Properties ?? Nothing, Variable);
        foreach (
            var (name, value) in GetReserved(
                recipient.Kind == RecipientKind.User ? recipient.Value : null,
                user?.Locale,
                user?.TimeZone,
                FindAddress(recipient, user, Channel.Email),
                FindAddress(recipient, user, Channel.Sms),
                preferencesUrl
            )
        )
            model.With(name, value);
        return model;
    }

    private static string? FindAddress(Recipient recipient, User? user, Channel channel) =>
        user is null
            ? (recipient.Channel == channel ? recipient.Value : null)
            : user.Addresses.GetValueOrDefault(channel.AddressName);

    private static (string Name, FluidValue Value)[] GetReserved(
        string? id,
        string? locale,
        string? timeZone,
        string? email,
        string? phone,
        Uri? preferencesUrl
    ) =>
        [
            ("id", ToValue(id)),
            ("locale", ToValue(locale)),
            ("timeZone", ToValue(timeZone)),
            ("email", ToValue(email)),
            ("phone", ToValue(phone)),
            ("preferencesUrl", ToValue(preferencesUrl?.AbsoluteUri)),
        ];

    private static FluidValue ToValue(string? text) => text is null ? NilValue.Instance : new StringValue(text);
}

/// <summary>
/// Stands for any recipient while a trigger to a topic is tried: all of its properties are empty. The trial therefore finds the
/// variables that the data of the trigger lacks.
/// </summary>
internal sealed class AnyRecipient : FluidValue
{
    public override FluidValues Type => FluidValues.Dictionary;

    public override ValueTask<FluidValue> GetValueAsync(string name, TemplateContext context) => new(NilValue.Instance);

    public override ValueTask<FluidValue> GetIndexAsync(FluidValue index, TemplateContext context) => new(NilValue.Instance);

    public override bool Equals(FluidValue other) => ReferenceEquals(this, other);

    public override bool ToBooleanValue() => true;

    public override decimal ToNumberValue() => 1;

    public override string ToStringValue() => "";

    public override object ToObjectValue() => this;

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => 0;
}
