using System.Reflection;

namespace Notify.Conformance.Tests;

/// <summary>Runs every fact of a suite, as xunit would, and tells which of them fail.</summary>
internal static class SuiteRun
{
    /// <summary>The facts that fail, each with the first failure's message.</summary>
    /// <param name="create">Makes the suite anew for each fact.</param>
    public static async Task<IReadOnlyDictionary<string, string>> FailuresAsync(Func<IAsyncLifetime> create)
    {
        var failures = new Dictionary<string, string>();
        foreach (var fact in create().GetType().GetMethods().Where(method => method.IsDefined(typeof(FactAttribute))))
        {
            foreach (var arguments in ArgumentsOf(fact))
            {
                if (await FailureAsync(create(), fact, arguments) is { } message)
                    failures.TryAdd(fact.Name, message);
            }
        }

        return failures;
    }

    private static IEnumerable<object?[]> ArgumentsOf(MethodInfo fact) =>
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
