namespace Notify.Testing;

/// <summary>
/// The exception that is thrown when an assertion about triggers or messages fails. Every test framework reports it as a failed
/// test. Its message lists addresses and titles, which are those of the test.
/// </summary>
public sealed class NotificationAssertionException : Exception
{
    /// <summary>Initializes a new instance with the specified message.</summary>
    /// <param name="message">The message.</param>
    public NotificationAssertionException(string message)
        : base(message) { }
}
