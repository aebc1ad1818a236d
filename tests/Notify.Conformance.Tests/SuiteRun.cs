using System.Reflection;

namespace Notify.Conformance.Tests;

/// <summary>Runs all tests of a suite as xunit would, and reports which of them fail.</summary>
internal static class SuiteRun
{
    /// <summary>Returns the names of the failed tests, each with the message of its first failure.</summary>
    /// <param name="create">Creates a new instance of the suite for each test.</param>
    public static async Task<IReadOnlyDictionary<string, string>> FailuresAsync(Func<IAsyncLifetime> create)
    {
        var failures = new Dictionary<string, string>();
        foreach (var fact in create().GetType().GetMethods().Where(method => method.IsDefined(typeof(FactAttribute))))
        {
            foreach (var arguments in ReadArguments(fact))
            {
                if (await FailureAsync(create(), fact, arguments) is { } message)
                    failures.TryAdd(fact.Name, message);
            }
        }

        return failures;
    }

    private static IEnumerable<object?[]> ReadArguments(MethodInfo fact) =>
        fact.IsDefined(typeof(TheoryAttribute))
            ? fact.GetCustomAttributes<InlineDataAttribute>().Select(row => row.Data)
            :
            [
                [],
            ];

    private static async Task<string?> FailureAsync(IAsyncLifetime suite, MethodInfo fact, object?[] arguments)
    {
        try
        {
            await suite.InitializeAsync();
            if (fact.Invoke(suite, BindingFlags.DoNotWrapExceptions, null, arguments, null) is Task running)
                await running;
            return null;
        }
        catch (Exception exception)
        {
            return exception.Message;
        }
        finally
        {
            await suite.DisposeAsync();
        }
    }
}
