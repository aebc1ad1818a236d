namespace Notify.Load.Lists;

/// <summary>The result of reading every list.</summary>
/// <param name="Count">The number of notifications in the store.</param>
/// <param name="WorstMs">The highest 99th percentile of all lists, in milliseconds.</param>
/// <param name="Passed">Whether every list answered in time.</param>
internal sealed record ListsResult(int Count, double WorstMs, bool Passed) : Result(ListsScenario.Name, Count, 0);
