using System.Text.RegularExpressions;

namespace Notify.Providers.Fcm;

/// <summary>
/// Creates recipients that only Firebase can resolve: the app instances that subscribed to topics of Firebase. Add them to
/// <see cref="Trigger.To"/> like any other recipient. Unlike with <see cref="Recipient.Topic"/>, the fan-out happens in Firebase,
/// and a single delivery represents all of it.
/// </summary>
public static partial class FcmRecipient
{
    internal const string TopicPrefix = "/topics/";
    internal const string ConditionPrefix = "/conditions/";

    /// <summary>Creates a recipient that stands for every app instance that subscribed to a topic of Firebase.</summary>
    /// <param name="name">
    /// The topic's name without <c>/topics/</c>. It may contain ASCII letters, digits and <c>-_.~%</c> (Firebase, "Topic
    /// messaging").
    /// </param>
    /// <exception cref="ArgumentException">The name is empty or contains other characters.</exception>
    public static Recipient Topic(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TopicName().IsMatch(name)
            ? Recipient.PushToken(TopicPrefix + name, Platform.Android)
            : throw new ArgumentException("A topic name may contain only ASCII letters, digits and -_.~%.", nameof(name));
    }

    /// <summary>Creates a recipient that stands for every app instance whose topics satisfy a condition.</summary>
    /// <param name="expression">
    /// The condition, such as <c>'stocks' in topics &amp;&amp; !('weather' in topics)</c>. It may name at most five topics
    /// (Firebase, "Topic messaging").
    /// </param>
    /// <exception cref="ArgumentException">The expression is empty.</exception>
    public static Recipient Condition(string expression)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(expression);
        return Recipient.PushToken(ConditionPrefix + expression, Platform.Android);
    }

    internal static bool IsDevice(string address) =>
        !address.StartsWith(TopicPrefix, StringComparison.Ordinal)
        && !address.StartsWith(ConditionPrefix, StringComparison.Ordinal);

    [GeneratedRegex("^[a-zA-Z0-9_.~%-]+\\z")]
    private static partial Regex TopicName();
}
