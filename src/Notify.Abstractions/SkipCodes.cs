namespace Notify;

/// <summary>
/// The reasons a recipient of a trigger gets nothing, which <see cref="SkippedRecipient.Code"/> and the HTTP API report. Codes do
/// not change. Later versions may add codes.
/// </summary>
public static class SkipCodes
{
    /// <summary>The user has no address and no device for any of the channels.</summary>
    public const string NoAddress = "no_address";

    /// <summary>The user's preferences decline the category or the channel.</summary>
    public const string OptedOut = "opted_out";

    /// <summary>The user does not exist. Reported only with <see cref="UnknownRecipientBehavior.Skip"/>.</summary>
    public const string UnknownUser = "unknown_user";

    /// <summary>
    /// No user has ever subscribed to the topic. Reported only with <see cref="UnknownRecipientBehavior.Skip"/>.
    /// </summary>
    public const string UnknownTopic = "unknown_topic";

    /// <summary>The topic has no subscribers now.</summary>
    public const string NoSubscribers = "no_subscribers";

    /// <summary>The template has no variant for the recipient's channel and locale.</summary>
    public const string NoVariant = "no_variant";

    /// <summary>The template could not be rendered for the recipient.</summary>
    public const string TemplateFailed = "template_failed";

    /// <summary>The recipient reached the limit of the trigger's throttle.</summary>
    public const string Throttled = "throttled";

    /// <summary>Another recipient of the trigger has the same address and gets the message.</summary>
    public const string DuplicateAddress = "duplicate_address";

    /// <summary>The notification goes only to the team of the tenant, and the recipient does not belong to it.</summary>
    public const string NotOnTeam = "not_on_team";

    /// <summary>No provider sends to the platform of the device.</summary>
    public const string UnsupportedPlatform = "unsupported_platform";
}
