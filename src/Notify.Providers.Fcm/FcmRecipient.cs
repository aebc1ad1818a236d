using System.Text.RegularExpressions;

namespace Notify.Providers.Fcm;

/// <summary>
/// Recipients whom Firebase knows and Notify does not: everybody who subscribed in the app. They are given as
/// <see cref="Trigger.To"/> like any recipient; unlike <see cref="Recipient.Topic"/>, the service does the fan-out, and one
/// delivery stands for all of it.
/// </summary>
public static partial class FcmRecipient
{
    internal const string TopicPrefix = "/topics/";
    internal const string ConditionPrefix = "/conditions/";

    /// <summary>Every app instance that subscribed to a topic of Firebase.</summary>
    /// <param name="name">
    /// The topic's name, without <c>/topics/</c>: ASCII letters, digits and <c>-_.~%</c> (Firebase, "Topic messaging").
    /// </param>
    /// <exception cref="ArgumentException">The name is not well formed.</exception>
    public static Recipient Topic(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TopicName().IsMatch(name)
            ? Recipient.PushToken(TopicPrefix + name, Platform.Android)
            : throw new ArgumentException("This is no topic name: use ASCII letters, digits and -_.~%.", nameof(name));
    }

    /// <summary>Every app instance whose topics meet a condition.</summary>
    /// <param name="expression">
    /// The condition, such as <c>'stocks' in topics &amp;&amp; !('weather' in topics)</c>: at most five topics (Firebase, "Topic
    /// messaging").
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
