using System.Text.Json;

namespace Notify.Conformance;

/// <summary>Compares by value what holds collections, which records compare by reference.</summary>
internal static class Same
{
    public static void As<T>(T expected, T actual)
    {
        var left = JsonSerializer.SerializeToElement(expected);
        var right = JsonSerializer.SerializeToElement(actual);
        if (!JsonElement.DeepEquals(left, right))
            Assert.Equal(left.GetRawText(), right.GetRawText());
    }
}
