using System.Text.Json;
using Notify.Load.Measuring;

namespace Notify.Load.Report;

/// <summary>The results as they were printed, one per line, so that single scenarios can be measured again.</summary>
internal static class ResultsFile
{
    private const string FileName = "RESULTS.jsonl";

    public static Dictionary<string, RatioResult> Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return File.Exists(path)
            ? File.ReadLines(path)
                .Select(line => JsonSerializer.Deserialize(line, ResultJson.Default.RatioResult)!)
                .ToDictionary(result => result.Scenario)
            : [];
    }

    public static void Write(string folder, IEnumerable<RatioResult> results) =>
        File.WriteAllLines(
            Path.Combine(folder, FileName),
            results.Select(result => JsonSerializer.Serialize(result, ResultJson.Default.RatioResult))
        );
}
