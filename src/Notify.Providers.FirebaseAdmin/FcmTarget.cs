using FirebaseAdmin.Messaging;

namespace Notify.Providers.FirebaseAdmin;

/// <summary>
/// Reads the target of a message from an address. An address that begins with <c>/topics/</c> or <c>/conditions/</c> stands for
/// all subscribers of a topic or condition; any other address is a registration token.
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
