using FirebaseAdmin.Messaging;
using Notify.Queueing;

namespace Notify.Providers.FirebaseAdmin;

/// <summary>
/// Whom a message goes to: a registration token, or all who subscribed in the app, whose address begins with <c>/topics/</c> or
/// <c>/conditions/</c>.
/// </summary>
internal static class FcmTarget
{
    private const string TopicPrefix = "/topics/";
    private const string ConditionPrefix = "/conditions/";

    public static bool IsDevice(Address address) =>
        !address.Value.StartsWith(TopicPrefix, StringComparison.Ordinal)
        && !address.Value.StartsWith(ConditionPrefix, StringComparison.Ordinal);

    public static void Set(Message message, Address address)
    {
        if (address.Value.StartsWith(TopicPrefix, StringComparison.Ordinal))
            message.Topic = address.Value[TopicPrefix.Length..];
        else if (address.Value.StartsWith(ConditionPrefix, StringComparison.Ordinal))
            message.Condition = address.Value[ConditionPrefix.Length..];
        else
            message.Token = address.Value;
    }
}
