using System.Text.Json.Serialization;

namespace Notify;

/// <summary>
/// What happens if a trigger names a user who does not exist, or a topic to which no user has ever subscribed.
/// </summary>
[JsonConverter(typeof(UnknownRecipientBehaviorJsonConverter))]
public enum UnknownRecipientBehavior
{
    /// <summary>The trigger is rejected with an error for each unknown recipient, and nothing is stored. The default.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail = 0,

    /// <summary>
    /// Unknown recipients get nothing, and the others get the notification. The result and the timeline report the unknown ones.
    /// </summary>
    [JsonStringEnumMemberName("skip")]
    Skip = 1,
}

/// <summary>A JSON converter that reads an unknown behavior as <see cref="UnknownRecipientBehavior.Fail"/>.</summary>
public sealed class UnknownRecipientBehaviorJsonConverter()
    : TolerantEnumJsonConverter<UnknownRecipientBehavior>(UnknownRecipientBehavior.Fail);
